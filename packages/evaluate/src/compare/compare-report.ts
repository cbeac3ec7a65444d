import { rocChart } from '../plots/roc.js';
import { type TradeoffPoint, tradeoffChart } from '../plots/tradeoff.js';
import type { BenchmarkResult, Evaluation } from '../report/evaluation.js';
import type { Report, ReportFigure, ReportSection, ReportTable } from '../report/report.js';
import { megabytes, metricInterval, metricText, millions } from '../report/words.js';
import { PUBLISHED, PUBLISHED_BENCHMARKS, type PublishedBenchmark, type PublishedModel } from './published.js';

const TITLES: Record<PublishedBenchmark, string> = {
  lfw: 'LFW',
  calfw: 'CALFW',
  cplfw: 'CPLFW',
  cfp_fp: 'CFP-FP',
  agedb_30: 'AgeDB-30',
  ijbb: 'IJB-B',
  ijbc: 'IJB-C',
  megaface: 'MegaFace',
  megaface_r: 'MegaFace(R)',
};

/** A model's evaluation and its name in the comparison. */
export interface ComparedModel {
  readonly name: string;
  readonly evaluation: Evaluation;
}

/** A report that compares models with each other and with the compact networks of the literature. */
export function compareReport(models: readonly ComparedModel[], date: string): Report {
  if (models.length === 0) throw new Error('A comparison needs at least one report.');
  const keys = [...new Set(models.flatMap(({ evaluation }) => evaluation.benchmarks.map(({ name }) => name)))];
  return {
    title: models.length === 1 ? `${models[0]?.name} beside the literature` : `${models.length} models compared`,
    lead: `${models.map(({ name }) => name).join(', ')}, beside ${PUBLISHED.length} published compact networks.`,
    sections: [
      { heading: 'Results', table: [resultsTable(models, keys), costTable(models)], figure: rocs(models, keys) },
      ...tradeoffs(models),
      { heading: 'Published compact networks', text: CAUTION, table: publishedTable(PUBLISHED) },
    ],
    footer: `pocketnet compare, ${date}`,
  };
}

const CAUTION = [
  'Percent, as published: accuracy for LFW to AgeDB-30, TAR at FAR 1e-4 for IJB-B and IJB-C, TAR at FAR 1e-6 for MegaFace and MegaFace(R).',
  'Training sets differ, so a row says what a network reached, not what its architecture is worth. Published FLOPs are mostly multiply-adds; those of PocketNet are given as multiply-adds here, about half of what its paper prints.',
  'Sources: [P] plotting script of fdbtrs/PocketNet; [E] README of otroshi/edgeface; [M] README of fdbtrs/mixfacenets; [Z] FaceX-Zoo; [S] README of SwiftFaceFormer; [G] README and plots of GhostFaceNets; [L] README of FaceLiVT; [T] README of timm-face; [I] InsightFace model zoo.',
];

function resultsTable(models: readonly ComparedModel[], keys: readonly string[]): ReportTable {
  const found = (model: ComparedModel, key: string) => model.evaluation.benchmarks.find(({ name }) => name === key);
  const rows = keys.flatMap((key) => {
    const results = models.map((model) => found(model, key));
    const known = results.find((result) => result !== undefined);
    if (!known) return [];
    const cell = (result: BenchmarkResult | undefined): string => {
      const [first] = result?.metrics ?? [];
      return first ? `${metricText(first)}${first.interval ? ` (${metricInterval(first)})` : ''}` : '–';
    };
    return [[`${known.title}, ${known.metrics[0]?.name ?? ''}`, ...results.map(cell)]];
  });
  return {
    columns: ['%', ...models.map(({ name }) => name)],
    rows,
    caption: 'In brackets 95 % intervals. Models on the same pairs: a difference inside both intervals says nothing.',
  };
}

function costTable(models: readonly ComparedModel[]): ReportTable {
  const row = (name: string, value: (evaluation: Evaluation) => string): string[] => [
    name,
    ...models.map(({ evaluation }) => value(evaluation)),
  ];
  return {
    columns: ['', ...models.map(({ name }) => name)],
    rows: [
      row('parameters', ({ model }) => millions(model.parameters)),
      row('multiply-adds', ({ model }) => millions(model.macs, 1)),
      row('file', ({ model }) => megabytes(model.bytes)),
      row('embedding', ({ model }) => `${model.dimension}-d`),
      row('ms a face', ({ timing }) => timing.millisecondsPerFace?.toFixed(2) ?? '–'),
      row('machine', ({ timing }) => timing.machine),
    ],
  };
}

function rocs(models: readonly ComparedModel[], keys: readonly string[]): ReportFigure[] {
  return keys.flatMap((key) => {
    const curves = models.flatMap(({ name, evaluation }) => {
      const { curve } = evaluation.benchmarks.find((benchmark) => benchmark.name === key) ?? {};
      if (!curve) return [];
      const { far, tar, genuine, impostor } = curve;
      const drawn = {
        far: Float64Array.from(far),
        tar: Float64Array.from(tar),
        threshold: new Float64Array(far.length),
        genuine,
        impostor,
      };
      return [{ name, curve: drawn }];
    });
    return curves.length > 0 ? [{ svg: rocChart({ title: `ROC, ${key}`, curves }) }] : [];
  });
}

/** One section for each published benchmark on which one of ours was measured. */
function tradeoffs(models: readonly ComparedModel[]): ReportSection[] {
  return PUBLISHED_BENCHMARKS.flatMap((benchmark): ReportSection[] => {
    const ours = models.flatMap(({ name, evaluation }) => {
      const result = evaluation.benchmarks.find((each) => (each.standsFor?.name ?? each.name) === benchmark);
      const [first] = result?.metrics ?? [];
      return first ? [{ name, model: evaluation.model, quality: 100 * first.value, but: result?.standsFor?.but }] : [];
    });
    if (ours.length === 0) return [];
    const theirs = PUBLISHED.filter(({ results }) => results[benchmark] !== undefined);
    const points = (cost: 'parameters' | 'macs'): TradeoffPoint[] => [
      ...ours.flatMap(({ name, model, quality }) =>
        model[cost] === null ? [] : [{ name, cost: model[cost] / 1e6, quality, family: 'ours' }],
      ),
      ...theirs.flatMap((model) => {
        const own = cost === 'parameters' ? model.parameters : model.mflops;
        return own === null
          ? []
          : [{ name: model.name, cost: own, quality: model.results[benchmark] ?? 0, family: 'published' }];
      }),
    ];
    const title = TITLES[benchmark];
    const chart = (cost: 'parameters' | 'macs', costLabel: string, over: string): ReportFigure[] => {
      const all = points(cost);
      if (!all.some(({ family }) => family === 'ours')) return [];
      const subtitle = 'Up and to the left is better; dashed: nothing beats these in both';
      return [
        {
          svg: tradeoffChart({
            title: `${title} over ${over}`,
            subtitle,
            points: all,
            ours: 'ours',
            costLabel,
            qualityLabel: `${title}, %`,
          }),
        },
      ];
    };
    const partial = ours.filter(({ but }) => but !== undefined);
    return [
      {
        heading: `${title}: what it costs`,
        text: [
          ...partial.map(
            ({ name, but }) => `${name} was measured on ${but}, the published networks on the whole benchmark.`,
          ),
        ],
        figure: [
          ...chart('parameters', 'Parameters, millions (logarithmic)', 'parameters'),
          ...chart('macs', 'FLOPs as published, millions; ours: multiply-adds (logarithmic)', 'FLOPs'),
        ],
      },
    ];
  });
}

function publishedTable(published: readonly PublishedModel[]): ReportTable {
  return {
    columns: [
      'network',
      'M param.',
      'MFLOPs',
      ...PUBLISHED_BENCHMARKS.map((key) => TITLES[key]),
      'trained on',
      'source',
    ],
    rows: published.map(({ name, parameters, mflops, counted, results, trainedOn, source }) => [
      name,
      parameters.toFixed(2),
      mflops === null ? '–' : `${mflops}${counted === 'multiply-adds' ? ' ᵐ' : ''}`,
      ...PUBLISHED_BENCHMARKS.map((key) => results[key]?.toFixed(2) ?? '–'),
      trainedOn,
      source,
    ]),
    caption: 'ᵐ: known to be multiply-adds.',
  };
}
