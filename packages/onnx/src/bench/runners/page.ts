// Runs in the browser: what worker.ts is in Node. Served by serve.ts, called by chromium.ts.
import type { InferenceSession, Tensor } from 'onnxruntime-web';
import type { ValueInfo } from '../../graph/graph.js';
import { measure } from '../measure.js';
import { noise } from '../noise.js';
import type { BenchRequest } from '../runner.js';

/** What computes, as ONNX Runtime calls it. */
export type Provider = 'wasm' | 'webgpu';

type Runtime = typeof import('onnxruntime-web');

let ort: Runtime;
let session: InferenceSession;
let inputs: readonly ValueInfo[];

type Feeds = Record<string, Tensor>;

function feedsOf(batch: number): Feeds {
  const feeds = Object.entries(noise(inputs, batch)).map(([name, { data, dims }]) => [
    name,
    new ort.Tensor((inputs[0]?.dtype ?? 'float32') as 'float32', data as Float32Array, dims), // the cast picks one overload for all types
  ]);
  return Object.fromEntries(feeds);
}

async function run(feeds: Feeds): Promise<void> {
  const outputs = await session.run(feeds);
  for (const output of Object.values(outputs)) await output.getData(); // of WebGPU a run ends when its numbers are here
}

const benchPage = {
  async open(provider: Provider, threads: number, shapes: readonly ValueInfo[]): Promise<void> {
    const build = `/ort/ort.${provider}.min.mjs`; // the part of the package that has this provider
    ort = await import(build);
    ort.env.wasm.wasmPaths = '/ort/';
    ort.env.wasm.numThreads = threads;
    inputs = shapes;
    session = await ort.InferenceSession.create('/model.onnx', { executionProviders: [provider], logSeverityLevel: 3 });
    await run(feedsOf(1)); // the first run of a session prepares its memory
  },
  run: (request: BenchRequest): Promise<number[]> => measure(feedsOf, run, request),
};

export type BenchPage = typeof benchPage;

Object.assign(globalThis, { benchPage });
