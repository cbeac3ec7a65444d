import { extname } from 'node:path';
import type { Embedder } from './embedder.js';

export interface OpenOptions {
  /** Which network weights are of; by default what their file says. Needless for ONNX. */
  network?: string;
  /** Threads that one call may use; by default the engine's choice. */
  threads?: number;
  /** What runs ONNX: the native library, or the one that browsers have. */
  runtime?: 'native' | 'wasm';
}

type Opener = (path: string, options: OpenOptions) => Promise<Embedder>;

// Imported when first used: an ONNX model needs no libtorch, and weights need no ONNX Runtime.
const onnx: Opener = async (path, options) => (await import('./onnx.js')).openOnnx(path, options);
const weights: Opener = async (path, options) => (await import('./weights.js')).openWeights(path, options);

/** Every kind of model file by its extension: a new one is one line here. */
export const openers: ReadonlyMap<string, Opener> = new Map([
  ['.onnx', onnx],
  ['.safetensors', weights],
  ['.pth', weights],
  ['.pt', weights],
]);

/**
 * Opens a model file as an embedder.
 * @throws an Error that names the file and what to do: unknown extension, no network named, weights that do not fit
 */
export async function openEmbedder(path: string, options: OpenOptions = {}): Promise<Embedder> {
  const opener = openers.get(extname(path).toLowerCase());
  if (!opener) throw new Error(`${path} is no model: its name must end in ${[...openers.keys()].join(', ')}.`);
  return opener(path, options);
}
