import { openSource, partsOf } from '@pocketnet/data';
import { startProgress } from 'pocketnet/progress';
import { type FaceBatch, onHost } from '../batches/index.js';
import { type Embedder, swapRedAndBlue } from '../embedders/embedder.js';
import { cacheFolder, EmbeddingCache, type Embeddings, JoinedCaches } from './cache.js';
import { fillCache } from './fill.js';
import type { Stage } from './stages.js';
import { openStage } from './teacher.js';
import type { TeacherModel } from './teachers/index.js';

/** Gives one teacher's embeddings of the images of a batch. */
export interface TeacherReader {
  /** Whether it looks at the images that it is handed, and not at what it once said of them. */
  readonly live: boolean;
  /** From here on the teacher is the one of this stage. */
  open(stage: Stage): Promise<void>;
  /** Raw embeddings, [count, dimension]. */
  rows(batch: FaceBatch): Promise<Float32Array>;
  close(): Promise<void>;
}

/** The teacher looks at the very images that the student gets, in every step: the paper's way. */
export class LiveReader implements TeacherReader {
  readonly live = true;
  #embedder: Embedder | undefined;

  constructor(
    readonly model: TeacherModel,
    readonly device: string,
  ) {}

  async open(stage: Stage): Promise<void> {
    await this.close();
    this.#embedder = await openStage(this.model, stage, this.device);
  }

  async rows({ images, count }: FaceBatch): Promise<Float32Array> {
    if (!this.#embedder) throw new Error('Open a stage of the teacher first.');
    const floats = onHost(images);
    if (this.model.channels === 'rgb') return this.#embedder.embed(floats, count);
    const swapped = floats.slice();
    swapRedAndBlue(swapped);
    return this.#embedder.embed(swapped, count);
  }

  async close(): Promise<void> {
    await this.#embedder?.close();
    this.#embedder = undefined;
  }
}

export interface CachedReaderOptions {
  /** The folder of all caches. */
  root: string;
  /** What is trained on; each part of a joined location has a cache of its own. */
  location: string;
  dimension: number;
  workers: number;
  /** Of images that cannot be decoded: see `createLoader`. Batches without them never ask for their embeddings. */
  onBadImage?: 'fail' | 'skip';
  device: string;
  /** `same`: of the image as the student sees it, mirrored or not. `mean`: of both, summed, which suits either. */
  mirror: 'same' | 'mean';
  quiet: boolean;
  group?: FillingGroup;
  /** Stops the filling of a cache, with an AbortError; the shards that are written stay. */
  signal?: AbortSignal;
}

/** Of several processes each makes its share of a cache; `barrier` waits for all. */
export interface FillingGroup {
  readonly rank: number;
  readonly size: number;
  barrier(): void;
}

/** The teacher has looked at every image and its mirror image once; its embeddings are read from the disk. */
export class CachedReader implements TeacherReader {
  readonly live = false;
  #cache: JoinedCaches | undefined;

  constructor(
    readonly model: TeacherModel,
    readonly options: CachedReaderOptions,
  ) {}

  get cache(): Embeddings {
    if (!this.#cache) throw new Error('Open a stage of the teacher first.');
    return this.#cache;
  }

  async open(stage: Stage): Promise<void> {
    await this.close();
    const { root, location, dimension } = this.options;
    const caches = new Map<string, EmbeddingCache>();
    const parts = partsOf(location);
    for (const part of new Set(parts)) {
      const folder = await cacheFolder(root, { ...this.model, path: stage.path }, part);
      const cache = new EmbeddingCache(folder, imagesOf(part), dimension);
      if (cache.missing().length > 0) await this.#fill(stage, cache, part);
      caches.set(part, cache);
    }
    this.#cache = new JoinedCaches(
      parts.map((part) => caches.get(part) as EmbeddingCache), // set above
      dimension,
    );
    this.options.group?.barrier();
  }

  async rows({ indices, mirrored, count }: FaceBatch): Promise<Float32Array> {
    const { dimension, mirror } = this.options;
    const both = new Float32Array(2 * dimension);
    const rows = new Float32Array(count * dimension);
    for (let i = 0; i < count; i++) {
      this.cache.read(indices[i] ?? 0, both);
      const side = mirrored[i] ? dimension : 0;
      if (mirror === 'same') rows.set(both.subarray(side, side + dimension), i * dimension);
      else for (let k = 0; k < dimension; k++) rows[i * dimension + k] = (both[k] ?? 0) + (both[k + dimension] ?? 0);
    }
    return rows;
  }

  async close(): Promise<void> {
    this.#cache?.close();
    this.#cache = undefined;
  }

  async #fill(stage: Stage, cache: EmbeddingCache, location: string): Promise<void> {
    const { device, workers, onBadImage, quiet, group, signal } = this.options;
    const embedder = await openStage(this.model, stage, device, { exact: true });
    const label = `${embedder.name} looks at the images`;
    const progress = quiet ? undefined : startProgress({ label, total: cache.images, unit: 'images' });
    try {
      await fillCache(cache, embedder, location, {
        workers,
        ...(onBadImage && { onBadImage }),
        channels: this.model.channels,
        ...(group && { mine: (shard: number) => shard % group.size === group.rank }),
        ...(signal && { signal }),
        onProgress: (done, total) => progress?.update(cache.images - total + done, {}),
      });
    } finally {
      progress?.finish();
      await embedder.close();
    }
  }
}

function imagesOf(location: string): number {
  const source = openSource(location);
  source.close();
  return source.length;
}
