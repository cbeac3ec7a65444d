import { type Batch, createLoader, folds, joinLocations, type Loader, openSource, partsOf } from '@pocketnet/data';
import { fromArray, indexTensor, ops, type ProcessGroup, scope } from '@pocketnet/torch';
import { openTargets, type Targets } from '../distill/index.js';
import { searchEmbedding } from '../search-space/search-network.js';
import { labelWeight, type SearchBatch } from './objective.js';
import type { SearchConfig } from './schema.js';

/** Half of the images, and of those of every class. */
export interface Half extends Loader {
  /** Where each of its images lies in the whole, whose images the teachers have looked at. */
  readonly places: Int32Array;
}

/** Weights learn from the one half, the architecture from the other. */
export interface Halves {
  train: Half;
  val: Half;
  /** The architecture's half in its order, or drawn from it as many as measure; not augmented. */
  measure: Half;
  /** The weights' half without augmentation, which batch statistics are taken from. */
  plain: Half;
  /** What the classifier tells apart; 0 where nothing is learned of classes. */
  classes: number;
  /** What the teachers say, where there are teachers. */
  targets: Targets | undefined;
  close(): Promise<void>;
}

export interface HalvesOptions {
  group: ProcessGroup;
  /** Where the projection of the targets is kept. */
  out: string;
  resumed: boolean;
  quiet: boolean;
  /** Stops a teacher's looking at the images, with an AbortError. */
  signal?: AbortSignal | undefined;
}

/** @throws Errors about the data and the teachers, fewer than two classes for a classifier included */
export async function openHalves(config: SearchConfig, options: HalvesOptions): Promise<Halves> {
  const { size, workers, augment, onBadImage, measured } = config.data;
  const { batch, seed } = config;
  const whole = wholeOf(config);
  const [weightsHalf = '', alphaHalf = ''] = halvesOf(config);
  const opened: { close(): Promise<void> }[] = [];
  const open = (half: string, changes: object): Half => {
    const loader = createLoader(half, { batch, size, seed, workers, onBadImage, ...changes });
    opened.push(loader);
    return { ...loader, places: config.teacher ? placesIn(whole, half) : new Int32Array() };
  };
  const close = async (): Promise<void> => void (await Promise.all(opened.map((each) => each.close())));
  const inOrder = { shuffle: measured !== undefined, dropLast: false, workers: 0 };
  try {
    const train = open(weightsHalf, { augment, shard: options.group });
    const val = open(alphaHalf, { seed: seed + 1, shard: options.group });
    const measure = open(alphaHalf, inOrder);
    const plain = open(weightsHalf, { ...inOrder, shuffle: true });
    const { identities } = train.source;
    if (labelWeight(config) > 0 && identities < 2)
      throw new Error(
        `${train.source.name} holds ${identities} labelled classes; a search by classes needs 2 at least.`,
      );
    const targets = config.teacher ? await targetsOf(config, whole, options) : undefined;
    if (targets) opened.push(targets);
    await targets?.beginEpoch(0);
    return { train, val, measure, plain, classes: labelWeight(config) > 0 ? identities : 0, targets, close };
  } catch (error) {
    await close();
    throw error;
  }
}

const wholeOf = ({ data: { train, unlabelled } }: SearchConfig): string =>
  joinLocations({ labelled: listOf(train), unlabelled });

/** Both halves of every part: people and faces of nobody in particular alike. */
function halvesOf({ data: { train, unlabelled }, seed }: SearchConfig): string[] {
  const dealt = (parts: readonly string[]): string[][] => parts.map((part) => folds(part, 2, seed));
  const [labelled, others] = [dealt(listOf(train)), dealt(unlabelled)];
  const half = (k: number) => (parts: string[][]) => parts.map((part) => part[k] as string); // of two
  return [0, 1].map((k) => joinLocations({ labelled: half(k)(labelled), unlabelled: half(k)(others) }));
}

const listOf = (train: string | string[]): string[] => (typeof train === 'string' ? [train] : train);

/** Where the images of a half lie in the whole that it is a half of, part by part. */
function placesIn(whole: string, half: string): Int32Array {
  const halves = partsOf(half);
  let before = 0;
  const all = partsOf(whole).map((part, k) => {
    const [source, own] = [openSource(part), openSource(halves[k] ?? '')];
    try {
      const places = new Int32Array(own.length);
      for (let i = 0, at = 0; i < own.length; i++) {
        const wanted = own.original?.(i) ?? i;
        while (at < source.length && (source.original?.(at) ?? at) < wanted) at++; // both ascend
        places[i] = before + at;
      }
      before += source.length;
      return places;
    } finally {
      source.close();
      own.close();
    }
  });
  return Int32Array.from(all.flatMap((places) => [...places]));
}

async function targetsOf(config: SearchConfig, location: string, options: HalvesOptions): Promise<Targets | undefined> {
  const { teacher, data, epochs, device } = config;
  if (!teacher) return undefined;
  const { signal, ...rest } = options;
  const source = openSource(location);
  source.close();
  const targets = await openTargets({
    ...teacher,
    project: teacher.project === 'learned' ? 'none' : teacher.project, // the schema refuses it
    student: { dimension: searchEmbedding, size: data.size },
    ...{ epochs, location, images: source.length, device },
    augmentations: data.augment.map(({ name }) => name),
    workers: data.workers,
    onBadImage: data.onBadImage,
    ...rest,
    ...(signal && { signal }),
  });
  if (targets.dimension === searchEmbedding) return targets;
  await targets.close();
  throw new Error(
    `The teachers give ${targets.dimension} numbers and a search network ${searchEmbedding}: teacher.project: pca brings them together.`,
  );
}

/**
 * A batch on the search's device, with the teachers' word for it; whoever asks frees it. On the CPU the images are those of the loaded batch,
 * which must not be released before.
 */
export async function searchBatch(
  batch: Batch,
  half: Half,
  halves: Halves,
  config: SearchConfig,
): Promise<SearchBatch> {
  const { images, labels, count, indices } = batch;
  const { device, data } = config;
  const rows = await halves.targets?.of({ ...batch, indices: indices.map((index) => half.places[index] ?? index) });
  return scope(() => ({
    images: ops.toDevice(
      ops.permute(fromArray(images, [count, data.size, data.size, 3]), [0, 3, 1, 2]),
      device,
      'float32',
    ),
    labels: indexTensor(labels, device),
    ...(rows && { targets: ops.toDevice(fromArray(rows, [count, rows.length / count]), device, 'float32') }),
  }));
}

export function freeBatch({ images, labels, targets }: SearchBatch): void {
  for (const tensor of [images, labels, targets]) tensor?.dispose();
}
