import { type Batch, createLoader, folds, type Loader } from '@pocketnet/data';
import { fromArray, indexTensor, noGrad, ops, type ProcessGroup, scope, type Tensor } from '@pocketnet/torch';
import { countRight, type LabelledImages } from './architect.js';
import type { SearchConfig } from './schema.js';

/** The halves of every class: weights learn from the one, the architecture from the other. */
export interface Halves {
  train: Loader;
  val: Loader;
  /** The architecture's half in its order, for measuring. */
  measure: Loader;
  close(): Promise<void>;
}

/** @throws Errors about the data, fewer than two classes included */
export async function openHalves(config: SearchConfig, group: ProcessGroup): Promise<Halves> {
  const { train: location, size, workers, augment, onBadImage } = config.data;
  const { batch, seed } = config;
  const [weightsHalf = '', alphaHalf = ''] = folds(location, 2, seed);
  const opened: Loader[] = [];
  const open = (half: string, changes: object): Loader => {
    const loader = createLoader(half, { batch, size, seed, workers, onBadImage, ...changes });
    opened.push(loader);
    return loader;
  };
  const close = async (): Promise<void> => void (await Promise.all(opened.map((loader) => loader.close())));
  try {
    const train = open(weightsHalf, { augment, shard: group });
    const val = open(alphaHalf, { seed: seed + 1, shard: group });
    const measure = open(alphaHalf, { shuffle: false, dropLast: false, workers: 0 });
    const { identities } = train.source;
    if (identities < 2) throw new Error(`${location} holds ${identities} labelled classes; a search needs 2 at least.`);
    return { train, val, measure, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A batch on the search's device; whoever asks frees it. */
export const labelled = ({ images, labels, count }: Batch, { data: { size }, device }: SearchConfig): LabelledImages =>
  scope(() => ({
    images: ops.toDevice(ops.permute(fromArray(images, [count, size, size, 3]), [0, 3, 1, 2]), device, 'float32'),
    labels: indexTensor(labels, device),
  }));

/** The share of the architecture's half that a classifier gets right. @param classify logits of images, in evaluation mode */
export async function accuracyOn(
  { measure }: Halves,
  config: SearchConfig,
  classify: (images: Tensor) => Tensor,
): Promise<number> {
  let [right, seen] = [0, 0];
  for await (const batch of measure.epoch(0)) {
    right += scope(() =>
      noGrad(() => {
        const { images, labels } = labelled(batch, config);
        return countRight(classify(images), labels);
      }),
    );
    seen += batch.count;
    batch.release();
  }
  return right / seen;
}
