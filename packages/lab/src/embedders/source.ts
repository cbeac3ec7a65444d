import { existsSync } from 'node:fs';
import { type EmbeddedSet, type EmbedSetOptions, embedSet } from './embed-set.js';
import type { Embedder } from './embedder.js';
import type { ImageSet } from './image-set.js';
import { kindOfFile } from './kind.js';
import { matrixKinds } from './matrix/index.js';
import { type OpenOptions, openEmbedder } from './open.js';

/**
 * Where a set's embeddings come from: a network that looks at the pictures, or a matrix computed elsewhere, which knows them by
 * their order alone. Benchmarks take this, and cannot tell which it is.
 */
export interface EmbeddingSource {
  readonly name: string;
  /** The network behind it; undefined where there is none, as of a matrix. */
  readonly embedder?: Embedder;
  /** How that network wants its images, for who shows it crops of their own. */
  readonly defaults?: EmbedSetOptions;
  /** The embeddings of a set, in its order. @throws Error where they cannot be had, or do not fit the set */
  embed(set: ImageSet, options?: EmbedSetOptions): Promise<EmbeddedSet>;
  close(): Promise<void>;
}

/** An embedder as a source; closing it closes the embedder. */
export function embedderSource(embedder: Embedder, defaults: EmbedSetOptions = {}): EmbeddingSource {
  return {
    name: embedder.name,
    embedder,
    defaults,
    embed: (set, options) => embedSet(embedder, set, { ...defaults, ...options }),
    close: () => embedder.close(),
  };
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
