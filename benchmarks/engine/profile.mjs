// Where the engine's time goes, by kind of work, beside what the instruction set would take for its multiply-adds at the least. Found by
// sampling, so that nothing in the engine is slowed by being measured: a program of C for each instruction set, V8's own profiler for the
// WebAssembly modules, which are compiled anew with their functions' names.
//
// `npm run bench -- engine-profile [--networks s-128,mobilefacenet] [--runs 400]`; needs a C compiler, and clang-19 and lld-19 for WebAssembly.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { compileGraph, decodeModel } from '@pocketnet/onnx';
import { networks } from './networks.mjs';

const source = fileURLToPath(new URL('../../packages/engine/c', import.meta.url));
const program = fileURLToPath(new URL('profile.c', import.meta.url));

const NATIVE = {
  avx512: ['-mavx512f', '-mavx512vl', '-mavx512dq', '-mavx512bw', '-mavx2', '-mfma'],
  avx2: ['-mavx2', '-mfma'],
  sse4: ['-msse4.1'],
};
const WASM = { simd: ['-msimd128'], relaxed: ['-msimd128', '-mrelaxed-simd'] };

/** Functions of the C by the kind of their work; what they call inlined is theirs. */
const KINDS = [
  ['products', /^(product|multiply)/],
  ['depthwise windows', /^(depthwise|run_spatial)/],
  ['activating and moving into tiles', /^(activate|clear|fill_ring|fill_row|stack)/],
  ["the image's patches", /patch/],
  ['all else', /./],
];

export async function run(args) {
  const { values } = parseArgs({
    args,
    options: { networks: { type: 'string', default: 's-128' }, runs: { type: 'string', default: '400' } },
  });
  const folder = mkdtempSync(join(tmpdir(), 'pocketnet-bench-'));
  setFlagsFromString('--experimental-wasm-relaxed-simd'); // Node 20 hides them
  console.log(cpus()[0].model);
  try {
    for (const { name, onnx } of networks(values.networks.split(','))) {
      const bytes = compileGraph(decodeModel(onnx).graph).bytes;
      const plan = join(folder, 'network.pnet');
      writeFileSync(plan, bytes);
      const native = Object.entries(NATIVE).map(([form, flags]) => natively(form, flags, folder, plan, values.runs));
      for (const found of native) report(name, found);
      // 128 bits wide as SSE4 is: a multiplication and an addition, or where they are fused, as many fused ones.
      const { work, peak } = native.find(({ form }) => form === 'sse4');
      for (const [form, flags] of Object.entries(WASM)) {
        const found = await inWasm(form, flags, folder, bytes, Number(values.runs));
        if (found) report(name, { ...found, work, peak });
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function natively(form, flags, folder, plan, runs) {
  const binary = join(folder, form);
  const usual = ['-std=gnu11', '-O3', '-w', '-no-pie', '-fno-math-errno', '-I', source];
  execFileSync(process.env.CC || 'cc', [...usual, ...flags, '-o', binary, program], { stdio: 'inherit' });
  const output = execFileSync(binary, [plan, runs], { encoding: 'utf8', maxBuffer: 2 ** 28 });
  const { samples, peak, products, windows, milliseconds } = JSON.parse(output);
  const symbols = execFileSync('nm', ['-n', binary], { encoding: 'utf8' })
    .split('\n')
    .map((line) => /^([0-9a-f]+) [tT] ([\w.]+)$/.exec(line))
    .filter(Boolean)
    .map(([, address, symbol]) => ({ address: Number.parseInt(address, 16), symbol }));
  const names = samples.map((at) => symbols.findLast(({ address }) => address <= at)?.symbol ?? '');
  return { form, peak, milliseconds, shares: sharesOf(names.map((name) => [name, 1])), work: { products, windows } };
}

async function inWasm(form, flags, folder, bytes, runs) {
  if (spawnSync('clang-19', ['--version']).error) return undefined;
  const [object, out] = [join(folder, 'named.o'), join(folder, 'named.wasm')];
  const compile = '--target=wasm32 -std=gnu11 -O2 -mllvm -disable-lsr -w -ffreestanding -fno-builtin'.split(' ');
  execFileSync('clang-19', [...compile, ...flags, '-c', '-o', object, join(source, 'wasm.c')]);
  execFileSync(
    'wasm-ld-19',
    '--no-entry --gc-sections --stack-first -z stack-size=131072 -o'.split(' ').concat(out, object),
  );
  const { wasmMachine } = await import('../../packages/engine/dist/wasm/machine.js');
  const limits = { bytes: 2 ** 30, work: 2 ** 40 };
  const machine = wasmMachine(new WebAssembly.Module(readFileSync(out)), form, bytes, 0, 0, limits);
  const image = new Float32Array(machine.results.length && 3 * machine.height * machine.width).fill(0.1);
  const times = [];
  const turn = () => {
    const start = performance.now();
    machine.computeFloats(image);
    times.push(performance.now() - start);
  };
  for (let i = 0; i < 60; i++) turn();
  await new Promise((resolve) => setTimeout(resolve, 1000)); // V8 has optimised it by then
  times.length = 0;
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: 500 });
  await session.post('Profiler.start');
  for (let i = 0; i < runs; i++) turn();
  const { profile } = await session.post('Profiler.stop');
  session.disconnect();
  const names = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame]));
  const inside = profile.samples
    .map((id) => names.get(id))
    .filter(({ url }) => url.startsWith('wasm:'))
    .map(({ functionName }) => [functionName.replace(/^wasm-function\[\d+\]$/, ''), 1]);
  return { form: `wasm ${form}`, milliseconds: Math.min(...times), shares: sharesOf(inside) };
}

function sharesOf(weighed) {
  const total = weighed.reduce((sum, [, weight]) => sum + weight, 0);
  const shares = new Map(KINDS.map(([kind]) => [kind, 0]));
  for (const [name, weight] of weighed) {
    const [kind] = KINDS.find(([, pattern]) => pattern.test(name)) ?? KINDS.at(-1);
    shares.set(kind, shares.get(kind) + weight / total);
  }
  return shares;
}

function report(name, { form, peak, milliseconds, shares, work }) {
  const floor = (count) => (1000 * count) / peak;
  const all = work.products + work.windows;
  console.log(
    `\n${name}, ${form}: ${milliseconds.toFixed(2)} ms for ${(all / 1e6).toFixed(1)} M multiply-adds, ` +
      `${floor(all).toFixed(2)} at ${(peak / 1e9).toFixed(1)} G a second`,
  );
  const floors = { products: floor(work.products), 'depthwise windows': floor(work.windows) };
  for (const [kind, share] of shares)
    console.log(
      `  ${kind.padEnd(34)}${(share * milliseconds).toFixed(2).padStart(7)} ms${kind in floors ? `, ${floors[kind].toFixed(2)} at the least` : ''}`,
    );
}
