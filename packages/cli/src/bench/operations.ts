import { existsSync } from 'node:fs';
import type { Engine, LatencyTable, MeasureOptions, PocketNet } from '@pocketnet/lab';
import { machineLine } from '../machine.js';
import { printResult, table } from '../output.js';
import { untilInterrupted } from '../training.js';
import { type CommonOptions, UsageError } from '../verb.js';

export interface OperationsOptions extends CommonOptions {
  engine?: 'native' | 'wasm';
  size: number;
  runs: number;
  check: number;
  out: string;
}

/**
 * Times every operation, pre-processing and stem that networks of some frames may have, on the engine, for searches that count time; and
 * compares what the table predicts of cells by chance with what they take.
 *
 * @param frames registered networks of cells, or searches (.yaml), whose frames are taken
 */
export async function benchOperations(frames: readonly string[], options: OperationsOptions): Promise<void> {
  const lab = await import('@pocketnet/lab');
  const { usualEngine } = await import('@pocketnet/onnx');
  const { out } = options;
  const engine: Engine = options.engine
    ? ({ native: 'engine-native', wasm: 'engine' } as const)[options.engine]
    : await usualEngine();
  const networks = await Promise.all(frames.map((frame) => networkOf(frame, options.size)));
  const [machine, before] = [machineLine(), existsSync(out) ? lab.readLatencyTable(out) : undefined];
  if (before && (before.machine !== machine || before.engine !== engine))
    throw new Error(
      `${out} is of ${before.machine} and ${before.engine}, this is ${machine} and ${engine}: name another file.`,
    );
  try {
    await measured(networks, frames, { ...options, engine, machine, before });
  } finally {
    for (const network of networks) network.dispose();
  }
}

async function measured(
  networks: readonly PocketNet[],
  frames: readonly string[],
  {
    engine,
    machine,
    before,
    ...options
  }: Omit<OperationsOptions, 'engine'> & { engine: Engine; machine: string; before: LatencyTable | undefined },
): Promise<void> {
  const lab = await import('@pocketnet/lab');
  const { out, runs, check } = options;
  const names = networks.map((network, i) => `${frames[i]} at ${network.options.input} pixels`);
  let progress: ReturnType<typeof lab.startProgress> | undefined;
  const parts = await untilInterrupted((signal) => {
    const measuring: MeasureOptions = {
      engine,
      runs,
      signal,
      onProgress: (done, total) => {
        progress ??= lab.startProgress({ label: 'bench --operations', total, unit: 'plans' });
        progress.update(done);
      },
    };
    return lab.measureParts(networks, measuring, before?.parts);
  }).finally(() => progress?.finish());
  const found: LatencyTable = { machine, engine, frames: [...new Set([...(before?.frames ?? []), ...names])], parts };
  lab.writeLatencyTable(out, found);
  const compared: Compared[] = [];
  for (const [i, network] of networks.entries())
    if (check > 0) compared.push(await compare(names[i] as string, network, found, { engine, runs }, check));
  const rows = Object.values(parts);
  printResult(options, { out, machine, engine, parts: rows.length, checks: compared }, () =>
    [
      `${machine}, ${engine}: ${rows.length} parts in ${out}`,
      ...(compared.length > 0 ? [table(columns, compared)] : []),
    ].join('\n'),
  );
}

/** What a table predicts of cells by chance beside what they take. */
interface Compared {
  frame: string;
  genotypes: number;
  /** Spearman's. */
  rankCorrelation: number;
  /** Median of predicted / measured. */
  ratio: number;
  /** Fastest and slowest, measured, in ms. */
  range: [number, number];
}

const columns = [
  { title: 'frame', value: ({ frame }: Compared) => frame },
  { title: 'genotypes', right: true, value: ({ genotypes }: Compared) => String(genotypes) },
  { title: 'rank correlation', right: true, value: (row: Compared) => row.rankCorrelation.toFixed(3) },
  { title: 'predicted / measured', right: true, value: ({ ratio }: Compared) => ratio.toFixed(2) },
  { title: 'ms', right: true, value: ({ range }: Compared) => range.map((ms) => ms.toFixed(2)).join(' to ') },
];

async function compare(
  frame: string,
  { options }: PocketNet,
  found: LatencyTable,
  measuring: MeasureOptions,
  genotypes: number,
): Promise<Compared> {
  const lab = await import('@pocketnet/lab');
  const networks = Array.from(
    { length: genotypes },
    (_, seed) => new lab.PocketNet({ ...options, genotype: lab.randomGenotype(seed) }),
  );
  try {
    const predicted = networks.map((network) => lab.predictedMs(network, found));
    const taken = await lab.timesOf(
      networks.map((network) => ({ network, side: options.input })),
      measuring,
    );
    const ratios = predicted.map((ms, i) => ms / (taken[i] ?? Number.NaN)).sort((a, b) => a - b);
    return {
      ...{ frame, genotypes, rankCorrelation: lab.rankCorrelation(predicted, taken) },
      ...{ ratio: ratios[ratios.length >> 1] ?? Number.NaN, range: [Math.min(...taken), Math.max(...taken)] },
    };
  } finally {
    for (const network of networks) network.dispose();
  }
}

async function networkOf(frame: string, size: number): Promise<PocketNet> {
  const lab = await import('@pocketnet/lab');
  if (/\.ya?ml$/.test(frame)) return lab.networkOfCells(lab.casiaGenotype, lab.loadSearch(frame).config);
  const network = lab.findNetwork(frame).build({ input: size });
  if (network instanceof lab.PocketNet) return network;
  network.dispose();
  throw new UsageError(`${frame} has no cells. Name a PocketNet, or a search's configuration.`);
}
