import { existsSync } from 'node:fs';
import type { RuntimeName } from '@pocketnet/onnx';
import type { Embedder } from './embedder.js';
import { kindOfFile } from './kind.js';

export interface OpenOptions {
  /** Which network weights are of; by default what their file says. Needless for ONNX. */
  network?: string;
  /** Threads that one call may use; by default the engine's choice. */
  threads?: number;
  /** What an ONNX model takes from the pixels, 0 … 255, before `scale`: one number or three; told by its graph unless said. */
  mean?: readonly number[];
  /** What an ONNX model multiplies the rest by; told by its graph unless said. */
  scale?: number;
  /**
   * What runs ONNX files and plans: ONNX Runtime or our engine, each natively or in WebAssembly. `usual-engine`: our engine, as fast as it
   * is here, and ONNX Runtime for models that it cannot compile. Unless said, ONNX Runtime for ONNX and the engine for plans.
   */
  runtime?: RuntimeName | 'usual-engine';
}

type Opener = (path: string, options: OpenOptions) => Promise<Embedder>;

// Imported when first used: an ONNX model or a plan needs no libtorch, and weights need no ONNX Runtime.
const onnx: Opener = async (path, options) => (await import('./onnx.js')).openOnnx(path, options);
const weights: Opener = async (path, options) => (await import('./weights.js')).openWeights(path, options);

/** Every kind of model file: a new one is one line here, and one in `kindOfFile`. */
export const openers: Readonly<Record<'onnx' | 'plan' | 'weights', Opener>> = { onnx, plan: onnx, weights };

/**
 * Opens a model file as an embedder, whatever its name.
 * @throws an Error that names the file and what to do: no model, no network named, weights that do not fit
 */
export async function openEmbedder(path: string, options: OpenOptions = {}): Promise<Embedder> {
  const kind = kindOfFile(path);
  if (kind !== undefined && kind !== 'npy') return openers[kind](path, options);
  const fault = existsSync(path) ? 'its content is neither' : 'there is no such file';
  throw new Error(
    `${path} is no model: ${fault}. Models are ONNX (.onnx), plans (.pnet) and weights (.safetensors, .pth and others).`,
  );
}
