import { existsSync } from 'node:fs';
import type { EmbedSetOptions } from './embed-set.js';
import type { Embedder, OpenOptions } from './embedder.js';
import { kindOfFile } from './kind.js';
import { matrixKinds } from './matrix/index.js';
import { type EmbeddingSource, embedderSource } from './source.js';

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
  const { arithmetic = 'float' } = options;
  if (arithmetic !== 'float' && kind === 'weights')
    throw new Error(
      `${path}: weights are computed in floats, not in ${arithmetic}. Make a plan of them: pocketnet export, then pocketnet compile --store int8.`,
    );
  if (kind !== undefined && kind !== 'npy') return openers[kind](path, options);
  const fault = existsSync(path) ? 'its content is neither' : 'there is no such file';
  throw new Error(
    `${path} is no model: ${fault}. Models are ONNX (.onnx), plans (.pnet) and weights (.safetensors, .pth and others).`,
  );
}

export interface OpenEmbeddingsOptions extends OpenOptions, Pick<EmbedSetOptions, 'channels' | 'batch'> {
  /** A matrix of the mirror images, of the same kind, for a matrix that holds only the images. */
  mirrored?: string;
}

/**
 * Opens whatever gives embeddings: a model, a matrix (`.npy`, or `.safetensors` with a matrix), or a folder of matrices that are
 * named after the sets (`lfw.npy`, and `lfw.mirrored.npy`).
 *
 * @throws Error that names the file and what to do
 */
export async function openEmbeddings(path: string, options: OpenEmbeddingsOptions = {}): Promise<EmbeddingSource> {
  const { mirrored, channels, batch, ...open } = options;
  const kind = matrixKinds.find((each) => each.matches(path));
  if (kind) return kind.open(path, mirrored);
  if (mirrored !== undefined) throw new Error(`${path} is no matrix of embeddings; it needs no ${mirrored} beside it.`);
  if (kindOfFile(path) === undefined) {
    const fault = existsSync(path) ? 'its content is none that does' : 'there is no such file';
    throw new Error(
      `${path} gives no embeddings: ${fault}. Models (.onnx), weights (.safetensors, .pth and others) and matrices (.npy) do.`,
    );
  }
  return embedderSource(await openEmbedder(path, open), { ...(channels && { channels }), ...(batch && { batch }) });
}
