// From a model's bytes to its first embedding: median of processes, and of browsers, that have imported what they need and computed
// nothing yet.
//
// `npm run bench -- engine-first [--processes 9]`
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { compileGraph, decodeModel } from '@pocketnet/onnx';
import { findBrowser, runInBrowser } from '../../testing/browsers.mjs';
import { networks, releasedFile } from './networks.mjs';

const packages = createRequire(new URL('../../packages/onnx/package.json', import.meta.url));
const self = fileURLToPath(import.meta.url);

/** What is measured in a process of its own, by name: packages to import, and what makes an embedding of bytes. */
const ways = {
  'engine, WebAssembly': {
    load: () => import('@pocketnet/engine'),
    embed: async ({ openPlan }, bytes, image) => (await openPlan(bytes)).run(image),
  },
  'engine, native': {
    load: () => import('@pocketnet/engine-native'),
    embed: async ({ openPlan }, bytes, image) => (await openPlan(bytes)).run(image),
  },
  'ONNX Runtime': { load: ort('onnxruntime-node'), embed: session('cpu') },
  'ONNX Runtime Web': { load: ort('onnxruntime-web'), embed: session('wasm') },
};

function ort(name) {
  return async () => packages(name);
}

function session(provider) {
  return async ({ InferenceSession, Tensor, env }, bytes, image) => {
    if (provider === 'wasm') env.wasm.numThreads = 1;
    const threads = { intraOpNumThreads: 1, interOpNumThreads: 1 };
    const opened = await InferenceSession.create(bytes, {
      executionProviders: [provider],
      logSeverityLevel: 3,
      ...threads,
    });
    return opened.run({ input: new Tensor('float32', image, [1, 3, 112, 112]) });
  };
}

/** Folders that a page's modules come from. */
const served = () => ({
  '@pocketnet/engine': dirname(fileURLToPath(import.meta.resolve('@pocketnet/engine'))),
  '@pocketnet/files': dirname(fileURLToPath(import.meta.resolve('@pocketnet/files'))),
  'onnxruntime-web': dirname(packages.resolve('onnxruntime-web')),
});

export async function run(args) {
  const { values } = parseArgs({ args, options: { processes: { type: 'string', default: '9' } } });
  const folder = mkdtempSync(join(tmpdir(), 'pocketnet-bench-'));
  try {
    const [{ onnx }] = networks(['s-128']);
    const files = { pnet: join(folder, 's-128.pnet'), onnx: join(folder, 's-128.onnx') };
    writeFileSync(files.pnet, compileGraph(decodeModel(onnx).graph, { store: 'float16' }).bytes);
    writeFileSync(files.onnx, releasedFile('pocketnet-s-128.onnx'));
    const inNode = Object.keys(ways).map((name) => ({
      name,
      once: () => {
        const own = [self, name, name.startsWith('engine') ? files.pnet : files.onnx];
        return Number(execFileSync(process.execPath, own, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
      },
    }));
    const inBrowsers = ['chromium', 'firefox'].filter(findBrowser).flatMap((browser) =>
      Object.entries({ engine: files.pnet, ort: files.onnx }).map(([way, model]) => ({
        name: `${way === 'engine' ? 'engine' : 'ONNX Runtime Web'}, ${browser}`,
        once: () => {
          const page = fileURLToPath(new URL('first-page.mjs', import.meta.url));
          const own = { '/way': Buffer.from(way), '/model': model, '/first-page.mjs': page };
          return runInBrowser(browser, served(), own, '/first-page.mjs');
        },
      })),
    );
    for (const { name, once } of [...inNode, ...inBrowsers]) {
      const times = [];
      for (let i = 0; i < Number(values.processes); i++) times.push(await once());
      times.sort((a, b) => a - b);
      console.log(
        `${name.padEnd(26)}${times[times.length >> 1].toFixed(1).padStart(8)} ms, least ${times[0].toFixed(1)}`,
      );
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (process.argv[1] === self) {
  const { readFileSync } = await import('node:fs');
  const [, , name, file] = process.argv;
  const { load, embed } = ways[name];
  const loaded = await load();
  const bytes = new Uint8Array(readFileSync(file));
  const image = new Float32Array(3 * 112 * 112).fill(0.1);
  const begun = performance.now();
  await embed(loaded, bytes, image);
  process.stdout.write(String(performance.now() - begun));
  process.exit(0);
}
