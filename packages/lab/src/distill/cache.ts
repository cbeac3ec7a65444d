import { createHash } from 'node:crypto';
import { closeSync, createReadStream, existsSync, mkdirSync, openSync, readSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { DataError, type FaceSource, openSource } from '@pocketnet/data';
import { writeFileAtomic } from '@pocketnet/files/node';
import { type TeacherModel, teachers } from './teachers/index.js';

/** Images of one file of a cache. */
export const shardImages = 2048;

/** Files of a cache that are open at a time: millions of images have thousands, and a process may often hold 1,024. */
const mostOpen = 256;

/** The embeddings of every image and of its mirror image, on disk: [images, 2, dimension] in float32, in shards of 2,048 images. */
export class EmbeddingCache {
  readonly shards: number;
  readonly #files = new Map<number, number>();

  constructor(
    readonly folder: string,
    readonly images: number,
    readonly dimension: number,
  ) {
    this.shards = Math.ceil(images / shardImages);
    mkdirSync(folder, { recursive: true });
  }

  imagesOf(shard: number): number {
    return Math.min(shardImages, this.images - shard * shardImages);
  }

  /** A shard is written whole or not at all; one of another length is as good as none. */
  has(shard: number): boolean {
    const path = this.#path(shard);
    return existsSync(path) && statSync(path).size === this.imagesOf(shard) * this.#stride;
  }

  /** The shards that are still to be written. */
  missing(): number[] {
    return Array.from({ length: this.shards }, (_, shard) => shard).filter((shard) => !this.has(shard));
  }

  /** @param embeddings [images of the shard, 2, dimension] */
  write(shard: number, embeddings: Float32Array): void {
    writeFileAtomic(this.#path(shard), new Uint8Array(embeddings.buffer, embeddings.byteOffset, embeddings.byteLength));
  }

  /** Reads [2, dimension] of image `index` into `out`. */
  read(index: number, out: Float32Array): void {
    const shard = Math.floor(index / shardImages);
    const file = this.#files.get(shard) ?? this.#open(shard);
    const bytes = new Uint8Array(out.buffer, out.byteOffset, this.#stride);
    if (readSync(file, bytes, 0, this.#stride, (index % shardImages) * this.#stride) !== this.#stride)
      throw new Error(`${this.#path(shard)} ends before image ${index}: delete it, and it is made again.`);
  }

  close(): void {
    for (const file of this.#files.values()) closeSync(file);
    this.#files.clear();
  }

  #open(shard: number): number {
    const [oldest] = this.#files;
    if (oldest && this.#files.size >= mostOpen) {
      closeSync(oldest[1]);
      this.#files.delete(oldest[0]);
    }
    const file = openSync(this.#path(shard), 'r');
    this.#files.set(shard, file);
    return file;
  }

  get #stride(): number {
    return 2 * this.dimension * 4;
  }

  #path(shard: number): string {
    return join(this.folder, `${String(shard).padStart(5, '0')}.f32`);
  }
}

/** Where a teacher's embeddings of images are read. */
export interface Embeddings {
  readonly images: number;
  readonly dimension: number;
  /** Reads [2, dimension] of image `index`, as it is and mirrored, into `out`. */
  read(index: number, out: Float32Array): void;
}

/** The caches of a set's parts, one after the other: what was looked at once serves every set that it is joined into. */
export class JoinedCaches implements Embeddings {
  readonly images: number;
  readonly #starts: number[] = [];

  constructor(
    readonly parts: readonly EmbeddingCache[],
    readonly dimension: number,
  ) {
    let images = 0;
    for (const part of parts) {
      this.#starts.push(images);
      images += part.images;
    }
    this.images = images;
  }

  read(index: number, out: Float32Array): void {
    const part = this.#starts.findLastIndex((start) => start <= index);
    this.parts[part]?.read(index - (this.#starts[part] ?? 0), out);
  }

  close(): void {
    for (const part of this.parts) part.close();
  }
}

/** What a cache belongs to: this teacher's bytes, those beside it that hold its data too, and these images. Change any and it is another folder. */
export async function cacheFolder(root: string, teacher: TeacherModel, location: string): Promise<string> {
  const hash = createHash('sha256').update(await fileDigest(teacher.path));
  for (const part of await partsBeside(teacher)) hash.update(part);
  const key = hash.update(teacher.channels).update(sourceDigest(location)).digest('hex');
  return join(root, `${basename(teacher.path).replace(/\.\w+$/, '')}-${key.slice(0, 16)}`);
}

/** What the kind of the teacher says beside its file. Of most there is nothing, and caches that were made before this counted stay. */
async function partsBeside(teacher: TeacherModel): Promise<string[]> {
  const kind = [...teachers].find((each) => each.matches(teacher.path));
  const { files = [], options = [] } = (await kind?.beside?.(teacher.path, teacher)) ?? {};
  return [...(await Promise.all(files.map(fileDigest))), ...options];
}

async function fileDigest(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array);
  return hash.digest('hex');
}

/**
 * Of a source of millions only some images are read. Which ones a selection has picked shows in their names or the numbers of their records,
 * so that two sets are taken for one only if these agree too, where the source has them.
 */
function sourceDigest(location: string): string {
  const source = openSource(location);
  try {
    const hash = createHash('sha256').update(`${source.length}`);
    const samples = Math.min(64, source.length);
    for (let i = 0; i < samples; i++) hash.update(readOrNothing(source, Math.floor((i * source.length) / samples)));
    for (let i = 0; i < source.length; i++) hash.update(`${source.place?.(i).record ?? source.imageName?.(i) ?? ''}\n`);
    return hash.digest('hex');
  } finally {
    source.close();
  }
}

/** A record that cannot be read is told of when the image is needed, or skipped then. */
function readOrNothing(source: FaceSource, index: number): Uint8Array {
  try {
    return source.read(index);
  } catch (error) {
    if (error instanceof DataError) return new Uint8Array();
    throw error;
  }
}
