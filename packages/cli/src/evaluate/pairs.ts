import { readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { OpenedPairs } from '@pocketnet/lab/benchmarks';
import { type Measurement, measure } from '../measure.js';
import { type ModelOptions, openingOptions } from '../model-options.js';
import { facts, note, noteSome, percent, printResult, table } from '../output.js';
import type { CommonOptions } from '../verb.js';

export interface PairsOptions extends CommonOptions, ModelOptions {
  model: string;
  pairs: string;
  /** By default those of the benchmark, or 10 for a `.bin`. */
  folds?: number;
  landmarks?: string;
  mirrored?: string;
}

/** A model of a folder: its measurement, or why there is none. */
type Row = { model: string } & (Measurement | { error: string });

/** Measures a model, or every model of a folder, on one set of pairs; prints text or JSON. */
export async function evaluatePairs(options: PairsOptions): Promise<void> {
  const { openPairs } = await import('@pocketnet/lab/benchmarks');
  const { landmarks } = options;
  const opened = await openPairs(options.pairs, landmarks ? { landmarks } : {});
  noteSome(opened.findings);
  const pairs = { ...opened, folds: options.folds ?? opened.folds ?? 10 };
  if (!isFolder(options.model) || holdsMatrices(options.model)) {
    const measured = await measureFile(options.model, pairs, options);
    printResult(options, { ...measured, model: options.model }, () => text(options, measured));
    return;
  }
  const rows: Row[] = [];
  for (const file of await models(options.model)) rows.push(await tryFile(file, pairs, options));
  if (rows.every((row) => 'error' in row))
    throw new Error(`None of the ${rows.length} models in ${options.model} could be measured.`);
  printResult(options, { pairs: pairs.pairs.same.length, folds: pairs.folds, models: rows }, () => comparison(rows));
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

/** Whether a folder holds embeddings (`.npy`, one file per set) instead of models. */
const holdsMatrices = (folder: string): boolean =>
  readdirSync(folder).some((name) => name.toLowerCase().endsWith('.npy'));

/** Models in a folder, in natural order of their names, without a run's `checkpoint.safetensors`. */
async function models(folder: string): Promise<string[]> {
  const { kindOfFile } = await import('@pocketnet/lab/embedders');
  const isModel = (name: string): boolean => ['onnx', 'plan', 'weights'].includes(kindOfFile(join(folder, name)) ?? '');
  const names = readdirSync(folder).filter((name) => isModel(name) && name !== 'checkpoint.safetensors');
  if (names.length === 0) throw new Error(`${folder} holds no model: neither weights nor an ONNX file nor a plan.`);
  const byNumber = new Intl.Collator('en', { numeric: true });
  return names.sort(byNumber.compare).map((name) => join(folder, name));
}

/** A set of pairs with its number of folds. */
type FoldedPairs = OpenedPairs & { readonly folds: number };

async function measureFile(
  path: string,
  { name, pairs, folds }: FoldedPairs,
  options: PairsOptions,
): Promise<Measurement> {
  const { openEmbeddings } = await import('@pocketnet/lab/embedders');
  const { channels, mirrored } = options;
  const source = await openEmbeddings(path, {
    channels,
    ...openingOptions(options),
    ...(mirrored && { mirrored }),
  });
  try {
    return await measure(source, pairs, { folds, name, label: `evaluate ${basename(path)}` });
  } finally {
    await source.close();
  }
}

async function tryFile(path: string, pairs: FoldedPairs, options: PairsOptions): Promise<Row> {
  try {
    return { model: path, ...(await measureFile(path, pairs, options)) };
  } catch (cause) {
    const error = cause instanceof Error ? cause.message : String(cause);
    note(`${path}: ${error}`);
    return { model: path, error };
  }
}

function text({ model, pairs }: PairsOptions, measured: Measurement): string {
  const [low, high] = measured.accuracyInterval;
  return facts([
    ['model', model],
    ['pairs', `${pairs}: ${measured.pairs} in ${measured.folds} folds`],
    [
      'accuracy',
      `${percent(measured.accuracy)} ± ${percent(measured.accuracyStd)} % (95 % interval ${percent(low)} … ${percent(high)} %)`,
    ],
    ['TAR @ FAR 1e-3', `${percent(measured['tarAtFar1e-3'])} %`],
    ['EER', `${percent(measured.eer)} %`],
    ['mean norm', measured.xNorm.toFixed(3)],
    ['time', `${measured.seconds.toFixed(1)} s`],
  ]);
}

function comparison(rows: readonly Row[]): string {
  const shown = (value: (measured: Measurement) => string) => (row: Row) => ('error' in row ? '-' : value(row));
  const right = true;
  return table<Row>(
    [
      { title: 'model', value: (row) => basename(row.model) },
      { title: 'accuracy %', right, value: shown((row) => percent(row.accuracy)) },
      { title: '±', right, value: shown((row) => percent(row.accuracyStd)) },
      { title: 'TAR@FAR 1e-3 %', right, value: shown((row) => percent(row['tarAtFar1e-3'])) },
      { title: 'EER %', right, value: shown((row) => percent(row.eer)) },
    ],
    rows,
  );
}
