import { wholeNumber } from '../arguments.js';
import { grouped, printResult, table } from '../output.js';
import type { CommonOptions, Verb } from '../verb.js';

interface Options extends CommonOptions {
  input: number;
}

/** A row of the table. */
interface Row {
  name: string;
  description: string;
  embedding: number;
  parameters: number;
  /** Counted as in the paper: 2 per multiply-add, plus norms, slopes and pools. */
  flops: number;
  macs: number;
  /** Size of the parameters in float32, bytes. */
  bytes: number;
}

export const networks: Verb = {
  name: 'networks',
  task: 'train',
  summary: 'list the networks with parameters and FLOPs',
  define: (command) =>
    command
      .option('--input <pixels>', 'side of the square input to count FLOPs for', wholeNumber(16, 1024), 112)
      .action(run),
};

async function run(options: Options): Promise<void> {
  const lab = await import('@pocketnet/lab');
  const rows = lab.networks.map(({ name, description, embedding, build }): Row => {
    const network = build({ input: options.input });
    const { parameters, macs, flops } = lab.count(network, options.input);
    network.dispose();
    return { name, description, embedding, parameters, flops, macs, bytes: 4 * parameters };
  });
  printResult(options, { input: options.input, networks: rows }, () => text(rows));
}

const millions = (value: number): string => (value / 1e6).toFixed(2);

function text(rows: readonly Row[]): string {
  const right = true;
  return table(
    [
      { title: 'network', value: (row) => row.name },
      { title: 'embedding', right, value: (row) => String(row.embedding) },
      { title: 'parameters', right, value: (row) => grouped(row.parameters) },
      { title: 'MFLOPs (paper)', right, value: (row) => millions(row.flops) },
      { title: 'MMACs', right, value: (row) => millions(row.macs) },
      { title: 'MB', right, value: (row) => millions(row.bytes) },
      { title: 'what it is', value: (row) => row.description },
    ],
    rows,
  );
}
