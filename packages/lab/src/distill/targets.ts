import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { augmentations } from '@pocketnet/data';
import { fromArray, loadTensors, numbersOfFirst, ops, type ProcessGroup, saveTensors, scope } from '@pocketnet/torch';
import type { FaceBatch } from '../batches/index.js';
import type { Embeddings } from './cache.js';
import { principalDirections } from './projection.js';
import { CachedReader, LiveReader, type TeacherReader } from './readers.js';
import { assignStages, findStages, type Stage, type StageSchedule } from './stages.js';
import { checkStages } from './teacher.js';
import type { TeacherModel } from './teachers/index.js';
import { unitRows } from './unit-rows.js';

/** What a student is to become like: unit vectors, one for every image of a batch. */
export interface Targets {
  /** Width of the targets. */
  readonly dimension: number;
  /** Whether a teacher looks at the images that it is handed, so that they may be changed before. */
  readonly live: boolean;
  /** The stage (from 1) of every teacher in a student's epoch (from 0), for logs. */
  stagesOf(epoch: number): number[];
  /** Readies the teachers for a student's epoch. */
  beginEpoch(epoch: number): Promise<void>;
  /** [count, dimension], each of unit length. */
  of(batch: FaceBatch): Promise<Float32Array>;
  close(): Promise<void>;
}

export interface TargetOptions {
  /** One teacher, or several whose unit embeddings are joined side by side, each by its weight. */
  models: readonly TeacherModel[];
  stages: StageSchedule;
  /** `student`: the very image that the student gets; `crop`: the image before augmentation, mirrored like the student's. */
  sees: 'student' | 'crop';
  mirror: 'same' | 'mean';
  /** Folder of cached embeddings; null asks the teacher in every step. */
  cache: string | null;
  /** `pca` brings targets of another width to the student's; `none` leaves them. */
  project: 'pca' | 'none';
  /** Width of the student's embedding, and side of its input. */
  student: { dimension: number; size: number };
  epochs: number;
  location: string;
  images: number;
  /** Names of the augmentations of the student's images. */
  augmentations: readonly string[];
  workers: number;
  /** Of images that cannot be decoded: see `createLoader`. */
  onBadImage?: 'fail' | 'skip';
  device: string;
  quiet: boolean;
  /** Where the projection is kept. */
  out: string;
  /** Whether the run goes on: it has the projection that it began with. */
  resumed: boolean;
  /** The processes that train together. */
  group?: ProcessGroup;
  signal?: AbortSignal;
}

/**
 * Opens the teachers of a run and looks at all that could stop it later: files, stages, widths, sizes.
 * @throws an Error that names the teacher and what does not fit
 */
export async function openTargets(options: TargetOptions): Promise<Targets> {
  const { models, student, project, epochs } = options;
  const teachers: Teacher[] = [];
  for (const model of models) {
    const stages = findStages(model.path);
    const places = assignStages(options.stages, stages.length, epochs);
    const used = [...new Set(places)].map((place) => stages[place] as Stage); // places are inside: assignStages
    const shape = await checkStages(model, used, options.device);
    const cached = isCached(options);
    if (!cached && shape.size !== student.size) {
      throw new Error(
        `The teacher ${model.path} takes images of ${shape.size} pixels and the student of ${student.size}: ` +
          'teacher.sees: crop lets it look at the crop itself.',
      );
    }
    const reader = cached
      ? new CachedReader(model, { ...options, ...shape, root: cached })
      : new LiveReader(model, options.device);
    teachers.push({ reader, stages, places, dimension: shape.dimension, length: Math.sqrt(model.weight ?? 1) });
  }
  const joined = teachers.reduce((sum, { dimension }) => sum + dimension, 0);
  const projection =
    project === 'pca' && joined !== student.dimension ? await openProjection(teachers, joined, options) : undefined;
  return new JoinedTargets(teachers, joined, projection, student.dimension);
}

interface Teacher {
  reader: TeacherReader;
  stages: Stage[];
  places: number[];
  dimension: number;
  /** Of its part in the joined embedding: cosines of that are the teachers', weighted by length². */
  length: number;
}

/** The folder of the caches, where what the teacher sees can be known before the run. */
function isCached({ cache, sees, augmentations: names, mirror, models }: TargetOptions): string | undefined {
  const onlyMirrored = names.every((name) => augmentations.get(name)?.mirrors);
  if (cache !== null && (sees === 'crop' || onlyMirrored)) return cache;
  if (sees === 'crop' || mirror === 'mean') {
    const key = sees === 'crop' ? 'sees: crop' : 'mirror: mean';
    throw new Error(`teacher.${key} needs a cache of ${models[0]?.path}'s embeddings: name a folder as teacher.cache.`);
  }
  return undefined;
}

class JoinedTargets implements Targets {
  readonly dimension: number;
  readonly live: boolean;
  #open: number[] = [];

  constructor(
    readonly teachers: readonly Teacher[],
    readonly joined: number,
    /** [joined, width] */
    readonly projection: Float32Array | undefined,
    width: number,
  ) {
    this.dimension = projection ? width : joined;
    this.live = teachers.some(({ reader }) => reader.live);
  }

  stagesOf(epoch: number): number[] {
    return this.teachers.map(({ places, stages }) => stages[place(places, epoch)]?.number ?? 0);
  }

  async beginEpoch(epoch: number): Promise<void> {
    for (const [i, { reader, stages, places }] of this.teachers.entries()) {
      const wanted = place(places, epoch);
      if (this.#open[i] === wanted) continue;
      await reader.open(stages[wanted] as Stage); // inside: assignStages
      this.#open[i] = wanted;
    }
  }

  async of(batch: FaceBatch): Promise<Float32Array> {
    const { count } = batch;
    const all = new Float32Array(count * this.joined);
    let offset = 0;
    for (const { reader, dimension, length } of this.teachers) {
      const rows = unitRows(await reader.rows(batch), dimension, length);
      for (let i = 0; i < count; i++)
        all.set(rows.subarray(i * dimension, (i + 1) * dimension), i * this.joined + offset);
      offset += dimension;
    }
    return unitRows(this.projection ? project(all, this.projection, count, this.joined) : all, this.dimension);
  }

  async close(): Promise<void> {
    for (const { reader } of this.teachers) await reader.close();
  }
}

/** A run that goes on beyond its planned epochs keeps its last teacher. */
const place = (places: readonly number[], epoch: number): number => places[Math.min(epoch, places.length - 1)] ?? 0;

function project(rows: Float32Array, projection: Float32Array, count: number, from: number): Float32Array {
  return scope(() =>
    ops.matmul(fromArray(rows, [count, from]), fromArray(projection, [from, projection.length / from])).toFloat32(),
  );
}

/** Fitted once, by the first process, on the finished teachers' embeddings of (a part of) the training set, and kept with the run. */
async function openProjection(
  teachers: readonly Teacher[],
  joined: number,
  { out, resumed, student, images, models, group }: TargetOptions,
): Promise<Float32Array> {
  if (joined < student.dimension) {
    throw new Error(
      `The teacher's ${joined} numbers are fewer than the student's ${student.dimension}: teacher.project: learned maps the student's onto them.`,
    );
  }
  const path = join(out, 'projection.safetensors');
  if (resumed && existsSync(path)) {
    return scope(() => {
      const directions = loadTensors(path).tensors.get('directions');
      if (directions?.shape.join() !== `${joined},${student.dimension}`)
        throw new Error(
          `${path} is of other teachers: it must be ${joined} x ${student.dimension}. Start a new folder.`,
        );
      return directions.toFloat32();
    });
  }
  const caches: (Embeddings & { length: number })[] = [];
  for (const { reader, stages, length } of teachers) {
    if (!(reader instanceof CachedReader))
      throw new Error(
        `teacher.project: pca needs a cache of ${models[0]?.path}'s embeddings: name a folder as teacher.cache.`,
      );
    await reader.open(stages.at(-1) as Stage); // findStages gives one at least
    const { cache } = reader;
    caches.push({
      images: cache.images,
      dimension: cache.dimension,
      length,
      read: (index, out) => cache.read(index, out),
    });
  }
  const isFirst = group === undefined || group.rank === 0;
  const fitted = isFirst ? principalDirections(blocks(caches, images), joined, student.dimension) : undefined;
  for (const { reader } of teachers) await reader.close();
  const all = fitted ?? new Float32Array(joined * student.dimension);
  const directions = group ? numbersOfFirst(all, group) : all;
  if (isFirst) {
    mkdirSync(out, { recursive: true });
    scope(() => saveTensors(path, new Map([['directions', fromArray(directions, [joined, student.dimension])]]), {}));
  }
  return directions;
}

/** Joined unit embeddings of at most 32,768 images, evenly drawn, 2,048 at a time. */
function blocks(caches: readonly (Embeddings & { length: number })[], images: number) {
  const wanted = Math.min(images, 32_768);
  const joined = caches.reduce((sum, { dimension }) => sum + dimension, 0);
  let done = 0;
  return (): { data: Float32Array; rows: number } | undefined => {
    if (done === wanted) return undefined;
    const rows = Math.min(2048, wanted - done);
    const data = new Float32Array(rows * joined);
    for (let i = 0; i < rows; i++) {
      let offset = i * joined;
      for (const cache of caches) {
        const both = new Float32Array(2 * cache.dimension);
        cache.read(Math.floor(((done + i) * images) / wanted), both);
        data.set(unitRows(both, cache.dimension, cache.length).subarray(0, cache.dimension), offset);
        offset += cache.dimension;
      }
    }
    done += rows;
    return { data: unitRows(data, joined), rows };
  };
}
