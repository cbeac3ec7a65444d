import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { BenchmarkResult, MegaFaceReport, Metric } from '@pocketnet/evaluate';
import type { EmbeddingSource } from '../embedders/index.js';
import type { Benchmark, MeasuredRun } from './benchmark.js';
import { evaluateMegaFace } from './megaface.js';
import { megaFaceFigures } from './megaface-results.js';

/** The lists by which a folder of MegaFace's test pack is known. */
const MARKS = ['facescrub_lst', 'megaface_lst'];

/** MegaFace of a data folder, as it is or (`refined`, the papers' MegaFace(R)) with the noise lists, as a benchmark of the full suite. */
export function megaFaceBenchmark(refined: boolean): Benchmark {
  const title = refined ? 'MegaFace(R)' : 'MegaFace';
  const name = refined ? 'megaface_r' : 'megaface';
  const about = refined
    ? 'MegaFace Challenge 1, cleaned by the noise lists.'
    : 'MegaFace Challenge 1: faces among a million strangers.';
  return {
    name,
    title,
    about,
    suite: 'full',
    files: join('megaface', 'facescrub_lst'),
    find: (folder) =>
      [join(folder, 'megaface'), folder].find((place) => MARKS.every((mark) => existsSync(join(place, mark)))),
    async run(source, folder, { seed = 1, onProgress } = {}): Promise<MeasuredRun> {
      const evaluation = await measuredOnce(source, folder, seed, onProgress);
      const report = refined ? evaluation.refined : evaluation.raw;
      if (!report) throw new Error(`${folder} holds no noise lists, which MegaFace(R) needs.`);
      const problems = evaluation.problems.map(
        ({ what, count, examples }) => `${count} ${what}: ${examples.join(', ')}.`,
      );
      return {
        result: resultOf(name, title, about, report, [...evaluation.notes, ...problems]),
        dimension: evaluation.dimension,
        faces: 0, // decoding and comparing are in its seconds, so they tell no time of the network
        seconds: 0,
      };
    },
  };
}

type Measured = Awaited<ReturnType<typeof evaluateMegaFace>> & { dimension: number };
const measured = new WeakMap<EmbeddingSource, Map<string, Promise<Measured>>>();

/** Both benchmarks come of one walk through the distractors, which is hours long. */
function measuredOnce(
  source: EmbeddingSource,
  folder: string,
  seed: number,
  onProgress: ((done: number, total: number) => void) | undefined,
): Promise<Measured> {
  const own = measured.get(source) ?? new Map<string, Promise<Measured>>();
  measured.set(source, own);
  let dimension = 0;
  const watched: EmbeddingSource = {
    ...source,
    embed: async (set, options) => {
      const embedded = await source.embed(set, options);
      dimension = embedded.images.cols;
      return embedded;
    },
  };
  const key = `${seed} ${folder}`;
  const running =
    own.get(key) ??
    evaluateMegaFace(watched, folder, { seed, missing: 'leave-out', ...(onProgress && { onProgress }) }).then(
      (all) => ({
        ...all,
        dimension: source.embedder?.dimension ?? dimension,
      }),
    );
  own.set(key, running);
  return running;
}

function resultOf(
  name: string,
  title: string,
  about: string,
  report: MegaFaceReport,
  problems: string[],
): BenchmarkResult {
  const { probes, identities, distractors, trials, identification, verification } = megaFaceFigures(report);
  const written = (count: number): string => count.toLocaleString('en-US');
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
    about: `${about} ${written(probes)} probes of ${written(identities)} people, ${written(trials)} trials, ${written(distractors)} distractors.`,
    metrics: [
      ...verification.map(({ fpr, tpr, resolved }) => metric(`TPR at FPR ${fpr.toExponential()}`, tpr, resolved)),
      ...identification.map(({ rank, rate }) => metric(`rank ${rank}`, rate)),
    ],
    intervals: 'none: the protocol gives none',
    thresholds: [],
    hardest: [],
    problems,
  };
}
