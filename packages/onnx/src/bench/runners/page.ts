// Runs in the browser: what worker.ts is in Node. Served by serve.ts, called by chromium.ts.
import type { OpenedPlan } from '@pocketnet/engine';
import type { InferenceSession, Tensor } from 'onnxruntime-web';
import type { ValueInfo } from '../../graph/graph.js';
import { measure } from '../measure.js';
import { noise } from '../noise.js';
import type { BenchRequest } from '../runner.js';

/** What computes: a provider of ONNX Runtime, or our engine in the form that is fastest there, or without relaxed instructions. */
export type Provider = 'wasm' | 'webgpu' | 'engine' | 'engine-simd';

type Runtime = typeof import('onnxruntime-web');

let ort: Runtime;
let session: InferenceSession;
let plan: OpenedPlan | undefined;
let inputs: readonly ValueInfo[];

type Feeds = Record<string, Tensor>;

function feedsOf(batch: number): Feeds {
  const feeds = Object.entries(noise(inputs, batch)).map(([name, { data, dims }]) => [
    name,
    plan ? { data, dims } : new ort.Tensor((inputs[0]?.dtype ?? 'float32') as 'float32', data as Float32Array, dims), // the cast picks one overload for all types
  ]);
  return Object.fromEntries(feeds);
}

async function run(feeds: Feeds): Promise<void> {
  if (plan) {
    for (const { data, dims } of Object.values(feeds)) plan.run(data as Float32Array, dims[0]);
    return;
  }
  const outputs = await session.run(feeds);
  for (const output of Object.values(outputs)) await output.getData(); // of WebGPU a run ends when its numbers are here
}

const benchPage = {
  async open(provider: Provider, threads: number, shapes: readonly ValueInfo[]): Promise<void> {
    inputs = shapes;
    if (provider === 'engine' || provider === 'engine-simd') {
      const engine: typeof import('@pocketnet/engine') = await import('@pocketnet/engine');
      const bytes = new Uint8Array(await (await fetch('/model')).arrayBuffer());
      plan = await engine.openPlan(bytes, provider === 'engine' ? {} : { form: 'simd' });
      await run(feedsOf(1));
      return;
    }
    const build = `/ort/ort.${provider}.min.mjs`; // the part of the package that has this provider
    ort = await import(build);
    ort.env.wasm.wasmPaths = '/ort/';
    ort.env.wasm.numThreads = threads;
    session = await ort.InferenceSession.create('/model', { executionProviders: [provider], logSeverityLevel: 3 });
    await run(feedsOf(1)); // the first run of a session prepares its memory
  },
  run: (request: BenchRequest): Promise<number[]> => measure(feedsOf, run, request),
};

export type BenchPage = typeof benchPage;

Object.assign(globalThis, { benchPage });
