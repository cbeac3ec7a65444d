import { noGrad, ops, scope } from '@pocketnet/torch';
import { freeBatch, type Half, type Halves, searchBatch } from './halves.js';
import { countRight, type Learner, type SearchBatch, withLabels } from './objective.js';
import type { SearchConfig } from './schema.js';

/** How good cells are on images that their weights have not seen. */
export interface Score {
  /** The share that is classified rightly; null without a classifier. */
  accuracy: number | null;
  /** Mean of 1 − cos to the teachers' embeddings; null without teachers. */
  distance: number | null;
}

/** By the distance where there is one: a finer measure than counts of images. Equal ones are not better. */
export function isBetter(one: Score, other: Score): boolean {
  if (one.distance !== null && other.distance !== null) return one.distance < other.distance;
  return (one.accuracy ?? 0) > (other.accuracy ?? 0);
}

/** What a learner in evaluation mode gives of batches. */
export async function judge(
  learner: Learner,
  batches: AsyncIterable<SearchBatch> | Iterable<SearchBatch>,
): Promise<Score> {
  let [right, labelled, apart, aimed] = [0, 0, 0, 0];
  for await (const { images, labels, targets } of batches) {
    scope(() =>
      noGrad(() => {
        const embeddings = learner.embed(images);
        if (learner.classifier !== null) {
          const { logits, classes } = withLabels(learner.classifier.forward(embeddings), labels);
          if (classes.size > 0) right += countRight(logits, classes);
          labelled += classes.size;
        }
        if (targets) {
          const cosines = ops.mul(ops.normalize(embeddings), ops.normalize(targets));
          apart += images.shape[0] as number; // images have a count
          apart -= ops.sum(cosines).item();
          aimed += images.shape[0] as number;
        }
      }),
    );
  }
  return {
    accuracy: labelled > 0 ? right / labelled : null,
    distance: aimed > 0 ? farthestUnlessFinite(apart / aimed) : null,
  };
}

/** Cells whose numbers overflow in a shared network are the worst there are, not the best: 1 − cos is 2 at most. */
const farthestUnlessFinite = (distance: number): number => (Number.isFinite(distance) ? distance : 2);

/** The batches of a half's first epoch, as many as hold `most` images; each is freed when the next is asked for. */
export async function* batchesOf(
  half: Half,
  halves: Halves,
  config: SearchConfig,
  most = Number.POSITIVE_INFINITY,
): AsyncGenerator<SearchBatch> {
  let seen = 0;
  for await (const loaded of half.epoch(0)) {
    const batch = await searchBatch(loaded, half, halves, config);
    seen += loaded.count;
    try {
      yield batch;
    } finally {
      freeBatch(batch);
      loaded.release();
    }
    if (seen >= most) return;
  }
}

/** The same batches as copies that stay: for many candidates one after the other. Whoever asks frees them. */
export async function keptBatches(...from: Parameters<typeof batchesOf>): Promise<SearchBatch[]> {
  const all: SearchBatch[] = [];
  try {
    for await (const { images, labels, targets } of batchesOf(...from))
      all.push({
        images: ops.clone(images),
        labels: ops.clone(labels),
        ...(targets && { targets: ops.clone(targets) }),
      });
    return all;
  } catch (error) {
    for (const batch of all) freeBatch(batch);
    throw error;
  }
}

/** A learner's score on the architecture's half, or as much of it as the configuration measures. */
export const judgeOnHalf = (learner: Learner, halves: Halves, config: SearchConfig): Promise<Score> =>
  judge(learner, batchesOf(halves.measure, halves, config, config.data.measured));
