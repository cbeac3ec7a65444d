import { createLoader } from '@pocketnet/data';
import { type Embedder, mirrored, swapRedAndBlue } from '../embedders/embedder.js';
import { type EmbeddingCache, shardImages } from './cache.js';

export interface FillOptions {
  /** Images of one call of the embedder; divides a shard. */
  batch?: number;
  workers?: number;
  /** `skip` writes the embeddings of another image in the place of one that cannot be decoded. */
  onBadImage?: 'fail' | 'skip';
  channels?: 'rgb' | 'bgr';
  /** Which shards are this process's to make; all by default. */
  mine?: (shard: number) => boolean;
  onProgress?: (done: number, total: number) => void;
  signal?: AbortSignal;
}

/** Embeds every image of a location, and its mirror image, into the shards of a cache that are not there yet. */
export async function fillCache(
  cache: EmbeddingCache,
  embedder: Embedder,
  location: string,
  options: FillOptions = {},
): Promise<void> {
  const {
    batch = 64,
    workers = 1,
    onBadImage = 'fail',
    channels = 'rgb',
    mine = () => true,
    onProgress,
    signal,
  } = options;
  const missing = cache.missing().filter(mine);
  if (missing.length === 0) return;
  const total = missing.reduce((sum, shard) => sum + cache.imagesOf(shard), 0);
  const loader = createLoader(location, {
    batch,
    size: embedder.size,
    workers,
    onBadImage,
    shuffle: false,
    dropLast: false,
  });
  let done = 0;
  try {
    for (const shard of missing) {
      const images = cache.imagesOf(shard);
      const rows = new Float32Array(images * 2 * cache.dimension);
      let filled = 0;
      for await (const loaded of loader.epoch(0, (shard * shardImages) / batch)) {
        await embedBoth(embedder, loaded.images, loaded.count, channels, rows, filled);
        filled += loaded.count;
        loaded.release();
        onProgress?.(done + filled, total);
        signal?.throwIfAborted();
        if (filled >= images) break;
      }
      cache.write(shard, rows);
      done += images;
    }
  } finally {
    await loader.close();
  }
}

/** Writes [count, 2, dimension] at row `start` of `out`. */
async function embedBoth(
  embedder: Embedder,
  pixels: Float32Array,
  count: number,
  channels: 'rgb' | 'bgr',
  out: Float32Array,
  start: number,
): Promise<void> {
  const { dimension, size } = embedder;
  const straight = pixels.slice(0, count * size * size * 3);
  if (channels === 'bgr') swapRedAndBlue(straight);
  const views = [await embedder.embed(straight, count), await embedder.embed(mirrored(straight, count, size), count)];
  for (const [view, embeddings] of views.entries()) {
    for (let i = 0; i < count; i++) {
      const row = embeddings.subarray(i * dimension, (i + 1) * dimension);
      out.set(row, ((start + i) * 2 + view) * dimension);
    }
  }
}
