import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Optimized, Store } from '@pocketnet/lab';
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
  check?: string;
  store?: Store;
  int8?: string;
  inFloat: number;
  out: string;
}

export const exportVerb: Verb = {
  name: 'export',
  task: 'ship',
  summary: 'write a trained network as ONNX',
  define: (command) =>
    command
      .requiredOption('--weights <file>', 'the weights: safetensors or torch.save')
      .option('--network <name>', 'which network the weights belong to; by default read from the file or its shapes')
      .requiredOption('--out <file.onnx>', 'the file to write', fileEnding('.onnx'))
      .option(
        '--optimize <how>',
        'rewrite the graph for speed: auto measures the fastest form on this machine; none; or a recipe such as conv+merged',
        'none',
      )
      .addOption(
        new Option('--target <runtime>', 'for auto: the runtime to be fast on')
          .choices(['native', 'wasm'])
          .default('native'),
      )
      .option('--threads <n>', 'for auto: threads of that runtime', wholeNumber(1, 256), 1)
      .option('--check <faces>', 'compare the rewritten graph with the original on 500 of these faces')
      .addOption(
        new Option(
          '--store <how>',
          'store weights as float16 (half the size) or int8 (a quarter); they become floats at loading, so speed stays the same',
        ).choices(['float16', 'int8']),
      )
      .option('--int8 <faces>', 'quantise: compute in int8, calibrated on these faces, such as faces/train')
      .option(
        '--in-float <n>',
        'with --int8: compute this many of the most sensitive nodes in float',
        wholeNumber(0),
        0,
      )
      .option('--licence <text>', "the weights' licence, written to the file's metadata")
      .action(run),
};

async function run(options: Options): Promise<void> {
  await checkNetwork(options.network);
  if (options.licence !== undefined && existsSync(options.licence))
    throw new UsageError(`--licence ${options.licence} is a file: name the licence in words, such as Apache-2.0.`);
  if (options.int8 !== undefined && options.optimize !== 'none')
    throw new UsageError('--int8 uses its own recipe. Leave --optimize out.');
  if (options.int8 !== undefined && options.store) throw new UsageError('--int8 and --store cannot be combined.');
  if (options.check !== undefined && options.optimize === 'none')
    throw new UsageError('--check compares a rewritten graph: it needs --optimize.');
  // All steps work on a scratch file, so that a failure leaves nothing half-made at `out`.
  const scratch = mkdtempSync(join(tmpdir(), 'pocketnet-export-'));
  try {
    await exportBy(join(scratch, 'network.onnx'), options);
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

async function exportBy(file: string, options: Options): Promise<void> {
  const { exportOnnx, optimizeOnnx, storeOnnx } = await import('@pocketnet/lab');
  const { writeFileAtomic } = await import('@pocketnet/files/node');
  const { weights, network, out, licence, optimize, target: runtime, threads, check, store, int8 } = options;
  const written = exportOnnx(weights, network, file, licence === undefined ? {} : { licence });
  if (int8 !== undefined) return inEightBits(file, options, int8);
  const how = { runtime, threads, ...(check !== undefined && { check }) };
  const optimized = optimize === 'none' ? undefined : await optimizeOnnx(file, file, optimize, how);
  const bytes = store ? storeOnnx(file, file, store) : (optimized?.bytes ?? written.bytes);
  writeFileAtomic(out, readFileSync(file));
  const { opset, metadata } = written;
  const nodes = optimized?.nodes.after ?? written.nodes;
  printResult(
    options,
    { out, bytes, store: store ?? 'float32', nodes, opset, metadata, ...(optimized && { optimized }) },
    () =>
      facts([
        ['written', `${out}, ${grouped(bytes)} bytes${store ? `, weights as ${store}` : ''}`],
        ['graph', `${nodes} nodes, opset ${opset}`],
        ...(optimized ? optimizedFacts(optimized) : []),
        ...Object.entries(metadata).filter(([key]) => key !== 'genotype'),
        ['next', `pocketnet compile ${out} --out ${out.replace(/\.onnx$/i, '.pnet')}, for apps and boards`],
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

function optimizedFacts({ recipe, nodes, difference, checked, timings }: Optimized): [string, string][] {
  return [
    ['optimised', `${recipe}: ${nodes.after} nodes of ${nodes.before}`],
    [
      'numbers',
      `within ${difference.toExponential(1)} of the plain graph's, over ${checked} image${checked > 1 ? 's' : ''}`,
    ],
    ...timings.map(({ recipe: name, milliseconds, runs }): [string, string] => [
      `  ${name}`,
      `${milliseconds.toFixed(2)} ms, median of ${runs} runs`,
    ]),
  ];
}
