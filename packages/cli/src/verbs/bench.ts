import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import type { BenchCase, BenchResult, RunnerName } from '@pocketnet/onnx';
import { InvalidArgumentError, Option } from 'commander';
import { fileEnding, wholeNumber } from '../arguments.js';
import { machineLine } from '../machine.js';
import { note, printResult, table } from '../output.js';
import { type CommonOptions, UsageError, type Verb } from '../verb.js';

interface Options extends CommonOptions {
  operations?: boolean;
  engine?: 'native' | 'wasm';
  size: number;
  runs: number;
  check: number;
  runtimes?: string[];
  threads: number[];
  rounds: number;
  out?: string;
}

export const bench: Verb = {
  name: 'bench',
  task: 'measure',
  summary: 'time ONNX models in every runtime: latency, throughput, memory',
  define: (command) =>
    command
      .argument(
        '<model.onnx...>',
        'face networks as ONNX; the others are compared with the first. With --operations: names of networks, or searches (.yaml)',
      )
      .option(
        '--runtimes <list>',
        'native, wasm, chromium-wasm, chromium-webgpu; by default all that are available',
        list,
      )
      .option('--threads <list>', 'thread counts, such as 1,2', threadList, [1, 2])
      .option('--rounds <n>', 'rounds; each model runs ten times in a round', wholeNumber(1, 10_000), 10)
      .option(
        '--out <file>',
        'write a page (.html) with the table and a chart; with --operations the table of times (.json)',
        fileEnding('.html', '.json'),
      )
      .option(
        '--operations',
        "time every operation of these networks' frames on the engine, for searches that count time",
      )
      .addOption(new Option('--engine <form>', 'with --operations: which build').choices(['native', 'wasm']))
      .option(
        '--size <pixels>',
        "with --operations: side of the image, where a network's name is given",
        wholeNumber(16, 1024),
        112,
      )
      .option(
        '--runs <n>',
        'with --operations: runs of each plan, of which the fastest counts',
        wholeNumber(1, 10_000),
        20,
      )
      .option('--check <n>', 'with --operations: compare with so many genotypes by chance', wholeNumber(0, 1000), 50)
      .action(run),
};

async function run(models: readonly string[], options: Options): Promise<void> {
  const { out: file } = options;
  if (options.operations) {
    if (file === undefined || !file.endsWith('.json'))
      throw new UsageError('--operations writes a table: --out table.json.');
    const { benchOperations } = await import('../bench/operations.js');
    return benchOperations(models, { ...options, out: file });
  }
  if (file?.endsWith('.json'))
    throw new UsageError('--out is a page here, such as speed.html; --operations writes a .json file.');
  const missing = models.find((model) => !existsSync(model));
  if (missing !== undefined) throw new UsageError(`${missing}: there is no such file. Check the path.`);
  const { benchModels } = await import('@pocketnet/onnx');
  const { startProgress } = await import('@pocketnet/lab/runs');
  const { threads, rounds, out } = options;
  const runtimes = await chooseRunners(options.runtimes);
  const cases = models.flatMap((model) =>
    runtimes.flatMap((runtime) => threads.map((count): BenchCase => ({ model, runtime, threads: count }))),
  );
  const progress = startProgress({ label: 'bench', total: cases.length * (rounds + 1), unit: 'turns' });
  const failures: (BenchCase & { error: string })[] = [];
  const results = await benchModels(cases, {
    rounds,
    onProgress: (done) => progress.update(done),
    onFailure: (failed, { message }) => failures.push({ ...failed, error: message }),
  }).finally(() => progress.finish());
  for (const { error } of failures) note(error);
  if (results.length === 0)
    throw new Error(`None of the ${cases.length} combinations of model, runtime and threads could be run.`);
  const machine = machineLine();
  if (out !== undefined) await writePage(out, results, machine);
  printResult(options, { machine, results, failures, ...(out !== undefined && { out }) }, () =>
    [machine, table(columnsFor(results), results), ...(out === undefined ? [] : [`written: ${out}`])].join('\n'),
  );
}

/** Time relative to the first model on the same runtime and threads: median and range of the ratios over the rounds. */
function besideFirst(result: BenchResult, results: readonly BenchResult[]): string {
  const first = results.find(
    (other) =>
      other.model === results[0]?.model && other.runtime === result.runtime && other.threads === result.threads,
  );
  if (!first) return '–';
  const ratios = result.turns.map((turn, i) => turn / (first.turns[i] ?? Number.NaN)).sort((a, b) => a - b);
  const [low, middle, high] = [ratios[0], ratios[ratios.length >> 1], ratios.at(-1)].map((each) => each?.toFixed(2));
  return result === first ? '1' : `${middle} (${low}–${high})`;
}

const columnsFor = (results: readonly BenchResult[]) => [
  { title: 'model', value: ({ model }: BenchResult) => basename(model) },
  { title: 'runtime', value: ({ runtime }: BenchResult) => runtime },
  { title: 'threads', right: true, value: ({ threads }: BenchResult) => String(threads) },
  { title: 'p50 ms', right: true, value: ({ p50 }: BenchResult) => p50.toFixed(2) },
  { title: 'p95 ms', right: true, value: ({ p95 }: BenchResult) => p95.toFixed(2) },
  { title: 'images/s', right: true, value: ({ perSecond }: BenchResult) => perSecond.toFixed(1) },
  {
    title: 'peak MB',
    right: true,
    value: ({ peakBytes }: BenchResult) => (Number.isNaN(peakBytes) ? '?' : (peakBytes / 1e6).toFixed(0)),
  },
  {
    title: 'ratio',
    right: true,
    value: (result: BenchResult) => besideFirst(result, results),
  },
];

async function writePage(path: string, results: readonly BenchResult[], machine: string): Promise<void> {
  const { htmlReport, intervalChart } = await import('@pocketnet/evaluate');
  const { writeFileAtomic } = await import('@pocketnet/files/node');
  const label = ({ runtime, threads }: BenchResult): string => `${runtime}, ${threads} thread${threads > 1 ? 's' : ''}`;
  const chart = intervalChart({
    title: 'Milliseconds of one image',
    subtitle: 'The dot is the median; the line ends at the 95th percentile.',
    label: 'ms',
    scale: 'log',
    rows: results.map((result) => ({
      name: `${basename(result.model)}, ${label(result)}`,
      group: label(result),
      interval: { low: result.p50, estimate: result.p50, high: result.p95, confidence: 0.95 },
    })),
  });
  const columns = columnsFor(results);
  const rows = results.map((result) => columns.map(({ value }) => value(result)));
  const page = htmlReport({
    title: 'How fast the models are',
    lead: `${machine}. Every model ran in its own process, in turns. The ratio is its time over that of ${basename(results[0]?.model ?? '')} on the same runtime: median and range over the rounds.`,
    sections: [{ heading: 'Speed', table: { columns: columns.map(({ title }) => title), rows }, figure: chart }],
    footer: `pocketnet bench, ${new Date().toISOString().slice(0, 10)}`,
  });
  writeFileAtomic(path, page);
}

const list = (text: string): string[] => text.split(',');

/** The runtimes asked for, or all that are available; for the others it prints why they are not. */
async function chooseRunners(wanted: readonly string[] | undefined): Promise<RunnerName[]> {
  const { missingRunners, RUNNERS } = await import('@pocketnet/onnx');
  const isRunner = (name: string): name is RunnerName => Object.hasOwn(RUNNERS, name);
  if (wanted) {
    const unknown = wanted.find((name) => !isRunner(name));
    if (unknown !== undefined)
      throw new UsageError(`There is no runtime "${unknown}". Choose from ${Object.keys(RUNNERS).join(', ')}.`);
    return wanted.filter(isRunner);
  }
  const missing = await missingRunners();
  const names = Object.keys(missing).filter(isRunner);
  for (const name of names) if (missing[name] !== undefined) note(`without ${name}: ${missing[name]}`);
  return names.filter((name) => missing[name] === undefined);
}

function threadList(text: string): number[] {
  const counts = text.split(',').map(Number);
  if (counts.every((count) => Number.isInteger(count) && count >= 1 && count <= 256)) return counts;
  throw new InvalidArgumentError('It must be whole numbers from 1 to 256, separated by commas.');
}
