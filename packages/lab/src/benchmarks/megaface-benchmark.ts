import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type BenchmarkResult, grouped, type MegaFaceReport, type Metric, problemSentence } from '@pocketnet/evaluate';
import type { EmbeddingSource } from '../embedders/index.js';
import type { Benchmark, MeasuredRun } from './benchmark.js';
import { evaluateMegaFace, type MegaFaceEvaluation } from './megaface.js';
import { megaFaceFigures } from './megaface-results.js';

/** The lists by which a folder of MegaFace's test pack is known. */
const MARKS = ['facescrub_lst', 'megaface_lst'] as const;
/** What MegaFace(R) needs besides. */
const NOISES = ['facescrub_noises.txt', 'megaface_noises.txt'] as const;

/** MegaFace of a data folder, as it is or (`refined`, the papers' MegaFace(R)) with the noise lists, as a benchmark of the full suite. */
export function megaFaceBenchmark(refined: boolean): Benchmark {
  const title = refined ? 'MegaFace(R)' : 'MegaFace';
  const name = refined ? 'megaface_r' : 'megaface';
  const about = refined
    ? 'MegaFace Challenge 1, cleaned by the noise lists.'
    : 'MegaFace Challenge 1: faces of FaceScrub among strangers.';
  return {
    name,
    title,
    about,
    suite: 'full',
    files: `${join('megaface', MARKS[0])}${refined ? ` and ${NOISES.join(', ')}` : ''}`,
    find: (folder) =>
      [join(folder, 'megaface'), folder].find((place) =>
        [...MARKS, ...(refined ? NOISES : [])].every((file) => existsSync(join(place, file))),
      ),
    async run(source, folder, { seed = 1, onProgress } = {}): Promise<MeasuredRun> {
      const { isFirst, evaluation } = walkOnce(source, folder, seed, onProgress);
      const { raw, refined: cleaned, notes, problems, dimension, network } = await evaluation;
      const report = refined ? cleaned : raw;
      if (!report) throw new Error(`${folder} holds no noise lists, which MegaFace(R) needs.`);
      return {
        result: resultOf(name, title, about, report, [...notes, ...problems.map(problemSentence)]),
        dimension,
        // The network's work was done once for both.
        faces: isFirst ? network.pictures : 0,
        seconds: isFirst ? network.seconds : 0,
      };
    },
  };
}

const walks = new WeakMap<EmbeddingSource, Map<string, Promise<MegaFaceEvaluation>>>();

/** Both benchmarks come of one walk through the distractors, which is hours long. */
function walkOnce(
  source: EmbeddingSource,
  folder: string,
  seed: number,
  onProgress: ((done: number, total: number) => void) | undefined,
): { isFirst: boolean; evaluation: Promise<MegaFaceEvaluation> } {
  const own = walks.get(source) ?? new Map<string, Promise<MegaFaceEvaluation>>();
  walks.set(source, own);
  const key = `${seed} ${folder}`;
  const known = own.get(key);
  if (known) return { isFirst: false, evaluation: known };
  const noises = NOISES.every((file) => existsSync(join(folder, file)));
  const options = { seed, noises, missing: 'leave-out', ...(onProgress && { onProgress }) } as const;
  const evaluation = evaluateMegaFace(source, folder, options);
  own.set(key, evaluation);
  return { isFirst: true, evaluation };
}

function resultOf(
  name: string,
  title: string,
  about: string,
  report: MegaFaceReport,
  problems: string[],
): BenchmarkResult {
  const { probes, identities, distractors, trials, identification, verification } = megaFaceFigures(report);
  const metric = (label: string, value: number, resolved?: boolean): Metric => ({
    name: label,
    value,
    interval: null,
    unit: 'share',
    ...(resolved === false && { resolved }),
  });
  return {
    name,
    title,
    about: `${about} ${grouped(probes)} probes of ${grouped(identities)} people, ${grouped(trials)} trials, ${grouped(distractors)} distractors.`,
    metrics: [
      ...verification.map(({ fpr, tpr, resolved }) => metric(`TPR at FPR ${fpr.toExponential()}`, tpr, resolved)),
      ...identification.map(({ rank, rate }) => metric(`rank ${rank}`, rate)),
    ],
    intervals: 'none, as the protocol has none',
    thresholds: [],
    hardest: [],
    problems,
  };
}
