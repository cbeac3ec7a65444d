import { detChart } from '../plots/det.js';
import { scoreHistogram } from '../plots/histogram.js';
import { intervalChart } from '../plots/intervals.js';
import { rocChart } from '../plots/roc.js';
import type { PairScores } from '../scores/ranking.js';
import type { RocCurve } from '../scores/roc.js';
import type { BenchmarkResult, BenchmarkRun, Evaluation, HardPair } from './evaluation.js';
import type { Report, ReportFigure, ReportImage, ReportSection, ReportTable, ReportTile } from './report.js';
import { grouped, megabytes, metricInterval, metricText, millions, percentText, rateText } from './words.js';

/** The two faces of a pair of a benchmark, as encoded pictures; nothing where they cannot be had. */
export type PairPictures = (benchmark: string, pair: number) => readonly [Uint8Array, Uint8Array] | undefined;

/**
 * The page about one model: what it is, how it did, and where it failed.
 *
 * @param runs one for each benchmark of the evaluation, in its order
 * @param pictures gives the hardest pairs' faces; without it the report shows none
 */
export function evaluationReport(
  evaluation: Evaluation,
  runs: readonly BenchmarkRun[],
  pictures?: PairPictures,
): Report {
  const { model, benchmarks, timing, date, suite, notFound } = evaluation;
  return {
    title: `${model.name}: face verification`,
    lead: lead(evaluation),
    tiles: tiles(evaluation),
    sections: [
      { heading: 'Results', table: summary(benchmarks), ...forest(benchmarks) },
      { heading: 'The model', table: modelTable(evaluation) },
      ...runs.flatMap((run) => benchmarkSections(run, pictures)),
      ...(notFound.length > 0
        ? [
            {
              heading: 'Not measured',
              text: `Of the suite "${suite}" the data of these were not found: ${notFound.join(', ')}.`,
            },
          ]
        : []),
    ],
    footer: `pocketnet evaluate --suite ${suite}, ${timing.machine}, ${date}`,
  };
}

/** Measures named in the lead. */
const LED = 3;

function lead({ benchmarks, model }: Evaluation): string {
  const said = benchmarks
    .slice(0, LED)
    .flatMap(({ title, metrics: [first] }) =>
      first
        ? [
            `${title}: ${first.name} ${percentText(first.value)} %${first.interval ? ` (95 % interval ${metricInterval(first)})` : ''}${first.resolved === false ? ' (few pairs)' : ''}`,
          ]
        : [],
    );
  const more = benchmarks.length > LED ? ` ${benchmarks.length - LED} more below.` : '';
  return `Embeddings of ${model.dimension} numbers, measured on pairs of faces. ${said.join('; ')}.${more}`;
}

function tiles({ benchmarks: [benchmark], model, timing }: Evaluation): ReportTile[] {
  const [first] = benchmark?.metrics ?? [];
  return [
    ...(benchmark && first
      ? [{ value: `${percentText(first.value)} %`, label: `${first.name}, ${benchmark.title}` }]
      : []),
    ...(model.parameters === null ? [] : [{ value: millions(model.parameters), label: 'parameters' }]),
    ...(model.macs === null ? [] : [{ value: millions(model.macs, 0), label: 'multiply-adds an image' }]),
    ...(model.bytes === null ? [] : [{ value: megabytes(model.bytes), label: 'file' }]),
    ...(timing.millisecondsPerFace === null
      ? []
      : [{ value: `${timing.millisecondsPerFace.toFixed(1)} ms`, label: 'a face, on this machine' }]),
  ];
}

function summary(benchmarks: readonly BenchmarkResult[]): ReportTable {
  return {
    columns: ['benchmark', 'measure', '%', '95 % interval', 'notes'],
    rows: benchmarks.map(({ title, metrics: [first], problems }) => [
      title,
      first?.name ?? '–',
      first ? metricText(first) : '–',
      first ? metricInterval(first) : '–',
      problems.length,
    ]),
    caption: 'The measure that the field quotes for each benchmark. ± is the deviation over the folds.',
  };
}

/** Where several benchmarks have intervals, they are drawn together. */
function forest(benchmarks: readonly BenchmarkResult[]): Pick<ReportSection, 'figure'> {
  const rows = benchmarks.flatMap(({ title, metrics: [first] }) =>
    first?.interval && first.unit === 'share' ? [{ name: title, interval: inPercent(first.interval) }] : [],
  );
  if (rows.length < 2) return {};
  return { figure: intervalChart({ title: 'Results with their intervals', label: '%', rows }) };
}

const inPercent = <I extends { estimate: number; low: number; high: number }>(interval: I): I => ({
  ...interval,
  estimate: 100 * interval.estimate,
  low: 100 * interval.low,
  high: 100 * interval.high,
});

function modelTable({ model, timing }: Evaluation): ReportTable {
  const rows: [string, string][] = [
    ['file', model.file],
    ['size', megabytes(model.bytes)],
    ['parameters', model.parameters === null ? 'not known' : grouped(model.parameters)],
    ['multiply-adds', model.macs === null ? 'not known' : `${millions(model.macs, 1)} an image`],
    ...(model.flops === null
      ? []
      : [['FLOPs as the PocketNet paper counts', millions(model.flops, 1)] as [string, string]]),
    ['embedding', `${model.dimension} numbers`],
    ...(model.input === null
      ? []
      : [['input', `${model.input}x${model.input} ${model.channels?.toUpperCase() ?? ''}`.trim()] as [string, string]]),
    [
      'time',
      timing.millisecondsPerFace === null
        ? 'embeddings were read, not computed'
        : `${timing.millisecondsPerFace.toFixed(2)} ms a face (network alone; ${grouped(timing.faces)} faces in batches of ${timing.batch}, ${timing.threads === null ? "the engine's choice of threads" : `${timing.threads} threads`})`,
    ],
    ['machine', timing.machine],
  ];
  return { columns: ['', ''], rows };
}

function benchmarkSections(
  { result, curve, scores }: BenchmarkRun,
  pictures: PairPictures | undefined,
): ReportSection[] {
  const best = result.thresholds[0];
  const curves = curve ? [{ name: result.title, curve }] : [];
  const half = { width: 540, height: 420 };
  const roc = (curve: RocCurve): ReportFigure[] => [
    {
      svg: rocChart({ ...half, title: 'ROC', subtitle: pairsText(curve), curves }),
      caption: 'True accepts over false accepts, on a logarithmic axis. Left of one impostor pair nothing can be told.',
    },
    {
      svg: detChart({ ...half, title: 'DET', subtitle: 'dotted: both errors equal', axes: 'log', curves }),
      caption: 'Both errors, on logarithmic axes: lower and further left is better.',
    },
  ];
  const histogram = (scores: PairScores): ReportFigure => ({
    svg: scoreHistogram({
      title: 'Scores',
      scores,
      label: 'Cosine',
      width: 880,
      height: 380,
      ...(best && { threshold: best.cosine }),
    }),
    ...(best && { caption: `The line is the threshold of ${best.name}.` }),
  });
  return [
    {
      heading: result.title,
      text: [result.about, `Intervals: ${result.intervals}.`],
      table: [metricsTable(result), ...(result.thresholds.length > 0 ? [thresholdsTable(result)] : [])],
      ...(curve && { beside: roc(curve) }),
    },
    ...(scores ? [{ figure: histogram(scores) }] : []),
    ...(result.problems.length > 0 ? [{ heading: `${result.title}: notes on the data`, text: result.problems }] : []),
    ...hardest(result, pictures),
  ];
}

const pairsText = ({ genuine, impostor }: { genuine: number; impostor: number }): string =>
  `${grouped(genuine)} genuine and ${grouped(impostor)} impostor pairs`;

function metricsTable({ metrics }: BenchmarkResult): ReportTable {
  return {
    columns: ['measure', 'value', '95 % interval'],
    rows: metrics.map((metric) => [
      metric.unit === 'share' ? `${metric.name}, %` : metric.name,
      metricText(metric),
      metricInterval(metric),
    ]),
  };
}

function thresholdsTable({ thresholds }: BenchmarkResult): ReportTable {
  return {
    columns: ['threshold of', 'cosine ≥', 'distance <', 'FAR', 'TAR %'],
    rows: thresholds.map(({ name, cosine, far, tar, resolved }) =>
      resolved
        ? [name, cosine.toFixed(4), (2 - 2 * cosine).toFixed(4), rateText(far), (100 * tar).toFixed(2)]
        : [name, 'not enough pairs to say', '–', '–', '–'],
    ),
    caption: 'Thresholds chosen on these very pairs: for choosing one to deploy, calibrate on faces like yours.',
  };
}

function hardest(
  { hardest: pairs, name, title }: BenchmarkResult,
  pictures: PairPictures | undefined,
): ReportSection[] {
  const shown = (same: boolean): ReportImage[] =>
    pairs
      .filter((pair) => pair.same === same)
      .flatMap((pair) => {
        const [left, right] = pictures?.(name, pair.pair) ?? [];
        return left && right ? [{ bytes: left, beside: right, caption: caption(pair) }] : [];
      });
  const [genuine, impostor] = [shown(true), shown(false)];
  if (genuine.length + impostor.length === 0) return [];
  return [
    { heading: `${title}: hardest pairs`, text: 'One person, and the lowest scores:', images: genuine },
    { text: 'Two people, and the highest scores:', images: impostor },
  ];
}

const caption = ({ pair, cosine }: HardPair): string => `pair ${pair}: ${cosine.toFixed(3)}`;
