import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type BenchmarkResult, grouped, type Metric, problemSentence } from '@pocketnet/evaluate';
import type { Benchmark } from './benchmark.js';
import { thinnedCurve } from './curve.js';
import { evaluateIjb, type IjbReport } from './ijb.js';

/** IJB-B or IJB-C of a data folder as a benchmark of the full suite: 1:1, and 1:N where its lists are there. */
export function ijbBenchmark(title: 'IJB-B' | 'IJB-C'): Benchmark {
  const name = title.replace('-', '').toLowerCase();
  const mark = join('meta', `${name}_face_tid_mid.txt`);
  return {
    name,
    title,
    about: 'IARPA Janus: templates of photos and video frames, one against one and one against a gallery.',
    suite: 'full',
    files: join(name.toUpperCase(), mark),
    find: (folder) =>
      [join(folder, name.toUpperCase()), join(folder, name), folder].find((place) => existsSync(join(place, mark))),
    run: async (source, folder, { seed = 1, samples = 1000, onProgress } = {}) => {
      const report = await evaluateIjb(source, folder, {
        intervals: { seed, samples },
        onProgress: (stage, done, total) => stage === 'embed' && onProgress?.(done, total),
      });
      return {
        result: resultOf(name, report, `${samples} draws, seed ${seed}`),
        curve: report.curve,
        dimension: report.dimension,
        faces: report.network.pictures,
        seconds: report.network.seconds,
      };
    },
  };
}

/** The FAR that papers quote stands first. */
const QUOTED = 1e-4;

function resultOf(name: string, report: IjbReport, draws: string): BenchmarkResult {
  const { benchmark, faces, templates, verification, identification, problems, curve } = report;
  const { points, genuine, impostor } = verification;
  const tars = points.map(
    ({ farTarget, tar, interval, resolved }): Metric => ({
      name: `TAR at FAR ${farTarget.toExponential()}`,
      value: tar,
      interval: interval ?? null,
      unit: 'share',
      resolved,
    }),
  );
  const quoted = tars.filter((_, k) => points[k]?.farTarget === QUOTED);
  return {
    name,
    title: benchmark,
    about: `${grouped(faces)} faces in ${grouped(templates)} templates; ${grouped(genuine)} genuine and ${grouped(impostor)} impostor pairs of templates. Image and mirror image summed, weighed by norm and by the detector's score, means of media, summed (N1D1F1).`,
    metrics: [
      ...quoted,
      ...tars.filter((metric) => !quoted.includes(metric)),
      { name: 'area under the ROC', value: verification.auc, interval: null, unit: 'number' },
      ...searchMetrics(identification),
    ],
    intervals: `95 %, bootstrap over the gallery templates and the ranks of the impostor scores, ${draws}; none for 1:N`,
    thresholds: points.map(({ farTarget, threshold, far, tar, resolved }) => {
      const isKnown = resolved && Number.isFinite(threshold);
      return { name: `FAR ${farTarget.toExponential()}`, cosine: isKnown ? threshold : 1, far, tar, resolved: isKnown };
    }),
    curve: thinnedCurve(curve),
    hardest: [],
    problems: problems.map(problemSentence),
  };
}

function searchMetrics(identification: IjbReport['identification']): Metric[] {
  if (!identification) return [];
  const { cmc, tpir } = identification;
  return [
    ...cmc.map(({ rank, rate }): Metric => ({ name: `1:N, rank ${rank}`, value: rate, interval: null, unit: 'share' })),
    ...tpir.map(
      ({ fpirTarget, tpir, resolved }): Metric => ({
        name: `1:N, TPIR at FPIR ${fpirTarget}`,
        value: tpir,
        interval: null,
        unit: 'share',
        resolved,
      }),
    ),
  ];
}
