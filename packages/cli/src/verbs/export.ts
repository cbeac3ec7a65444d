import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Optimized } from '@pocketnet/lab';
import { Option } from 'commander';
import { fileEnding, wholeNumber } from '../arguments.js';
import { checkNetwork } from '../networks.js';
import { facts, grouped, printResult } from '../output.js';
import { type CommonOptions, UsageError, type Verb } from '../verb.js';

interface Options extends CommonOptions {
  weights: string;
  network?: string;
  licence?: string;
  optimize: string;
  target: 'native' | 'wasm';
  threads: number;
  int8?: string;
  inFloat: number;
  out: string;
}

export const exportVerb: Verb = {
  name: 'export',
  summary: 'write a trained network as ONNX',
  define: (command) =>
    command
      .requiredOption(
        '--weights <file>',
        'the weights, .safetensors or .pth',
        fileEnding('.safetensors', '.pth', '.pt'),
      )
      .option('--network <name>', 'which network they are of; by default what the file says')
      .requiredOption('--out <file.onnx>', 'the file to write', fileEnding('.onnx'))
      .option(
        '--optimize <how>',
        'rewrite the graph: auto measures what is fastest here; none; or a recipe such as conv+merged',
        'none',
      )
      .addOption(
        new Option('--target <runtime>', 'where it is to run, for auto').choices(['native', 'wasm']).default('native'),
      )
      .option('--threads <n>', 'threads that it will have there, for auto', wholeNumber(1, 256), 1)
      .option('--int8 <faces>', 'eight bits, calibrated on these faces, such as faces/train')
      .option('--in-float <n>', 'how many of the nodes that lose most by that stay in float', wholeNumber(0), 0)
      .option('--licence <text>', "the weights' licence, for the file's metadata")
      .action(run),
};

async function run(options: Options): Promise<void> {
  await checkNetwork(options.network);
  if (options.int8 !== undefined && options.optimize !== 'none')
    throw new UsageError('--int8 folds by a recipe of its own: leave --optimize out.');
  // What is made of the plain file is written to its place only when it is done: a failure leaves no file of another kind there.
  const scratch = mkdtempSync(join(tmpdir(), 'pocketnet-export-'));
  try {
    await exportBy(join(scratch, 'plain.onnx'), options);
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

async function exportBy(scratch: string, options: Options): Promise<void> {
  const { exportOnnx, optimizeOnnx } = await import('@pocketnet/lab');
  const { weights, network, out, licence, optimize, target: runtime, threads, int8 } = options;
  const isPlain = optimize === 'none' && int8 === undefined;
  const written = exportOnnx(weights, network, isPlain ? out : scratch, licence === undefined ? {} : { licence });
  if (int8 !== undefined) return inEightBits(scratch, options, int8);
  const optimized = isPlain ? undefined : await optimizeOnnx(scratch, out, optimize, { runtime, threads });
  const { opset, metadata } = written;
  const [bytes, nodes] = [optimized?.bytes ?? written.bytes, optimized?.nodes.after ?? written.nodes];
  printResult(options, { out, bytes, nodes, opset, metadata, ...(optimized && { optimized }) }, () =>
    facts([
      ['written', `${out}, ${grouped(bytes)} bytes`],
      ['graph', `${nodes} nodes, opset ${opset}`],
      ...(optimized ? optimizedFacts(optimized) : []),
      ...Object.entries(metadata).filter(([key]) => key !== 'genotype'),
    ]),
  );
}

async function inEightBits(plain: string, options: Options, faces: string): Promise<void> {
  const { quantiseOnnx } = await import('@pocketnet/lab');
  const { out, inFloat } = options;
  const result = await quantiseOnnx(plain, out, { faces, inFloat });
  printResult(options, { out, ...result }, () =>
    facts([
      ['written', `${out}, ${grouped(result.bytes)} bytes`],
      ['int8', `${result.quantised} layers; in float: ${result.inFloat.join(', ') || 'none'}`],
      ['calibration', `${result.images} faces of ${faces}, ${result.observer}`],
      ['cosine', `${result.cosine.toFixed(4)} to the float network, mean over other faces of them`],
    ]),
  );
}

function optimizedFacts({ recipe, nodes, difference, timings }: Optimized): [string, string][] {
  return [
    ['optimised', `${recipe}: ${nodes.after} nodes of ${nodes.before}, numbers within ${difference.toExponential(1)}`],
    ...timings.map(({ recipe: name, milliseconds, runs }): [string, string] => [
      `  ${name}`,
      `${milliseconds.toFixed(2)} ms, median of ${runs} runs`,
    ]),
  ];
}
