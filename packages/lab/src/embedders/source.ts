import { type EmbeddedSet, type EmbedSetOptions, embedSet } from './embed-set.js';
import type { Embedder } from './embedder.js';
import type { ImageSet } from './image-set.js';

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
