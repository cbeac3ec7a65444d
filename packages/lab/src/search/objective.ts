import { indexTensor, type nn, ops, scope, type Tensor } from '@pocketnet/torch';
import { distillationLosses, relationLoss } from '../distill/losses.js';
import type { SearchConfig } from './schema.js';

/** Images [N, 3, S, S], their classes, int64 [N], -1 where there is none, and what the teachers say of them, [N, d] of unit length. */
export interface SearchBatch {
  images: Tensor;
  labels: Tensor;
  targets?: Tensor;
}

/** What a search trains: all of its operations at once, one path through them, or a network of fixed cells. */
export interface Learner {
  /** [N, d], raw. */
  embed(images: Tensor): Tensor;
  /** Null where nothing is learned of classes. */
  readonly classifier: nn.Linear | null;
}

/** What a batch comes to. */
export interface Verdict {
  /** A scalar that weights and α can be derived by. */
  loss: Tensor;
  /** The share that is classified rightly; 0 without a classifier. */
  accuracy(): number;
}

/** What both halves are to be good at. */
export type Objective = (learner: Learner, batch: SearchBatch) => Verdict;

/** The cross-entropy of the classes: the search as it is published. */
export const classifying: Objective = ({ classifier, embed }, { images, labels }) => {
  if (classifier === null) throw new Error('A network without a classifier cannot learn classes.');
  const logits = classifier.forward(embed(images));
  return { loss: ops.crossEntropy(logits, labels), accuracy: () => countRight(logits, labels) / labels.size };
};

/** The distance to the teachers' embeddings, and beside it, weighted, the cross-entropy of those images that have a class. */
export const distilling =
  ({ loss, weight, relation }: NonNullable<SearchConfig['teacher']>, labelWeight: number): Objective =>
  ({ classifier, embed }, { images, labels, targets }) => {
    if (!targets) throw new Error('A search by distillation needs the targets of its images.');
    const embeddings = embed(images);
    const distance = distillationLosses[loss](embeddings, targets, weight);
    const related = relation > 0 ? ops.add(distance, relationLoss(embeddings, targets, relation)) : distance;
    if (classifier === null) return { loss: related, accuracy: () => 0 };
    const { logits, classes } = withLabels(classifier.forward(embeddings), labels);
    // Of no image with a class a loss of 0, so that the classifier takes part in every step.
    const entropy = classes.size > 0 ? ops.crossEntropy(logits, classes) : ops.sum(logits);
    return {
      loss: ops.add(related, ops.mulScalar(entropy, labelWeight)),
      accuracy: () => (classes.size > 0 ? countRight(logits, classes) / classes.size : 0),
    };
  };

/** The rows whose image has a class. */
export function withLabels(logits: Tensor, labels: Tensor): { logits: Tensor; classes: Tensor } {
  const all = Array.from(labels.toArray(), Number);
  const places = Int32Array.from(all.flatMap((label, place) => (label >= 0 ? [place] : [])));
  if (places.length === all.length) return { logits, classes: labels };
  const index = indexTensor(places, labels.device);
  return { logits: ops.indexSelect(logits, 0, index), classes: ops.indexSelect(labels, 0, index) };
}

/** How many of a batch are classified rightly. */
export function countRight(logits: Tensor, labels: Tensor): number {
  return scope(() => {
    const [mine, theirs] = [ops.argmax(logits, 1).toArray(), labels.toArray()];
    let same = 0;
    for (let i = 0; i < mine.length; i++) if (mine[i] === theirs[i]) same++;
    return same;
  });
}

/** What the classes weigh: all without a teacher, and beside one as much as is asked for. */
export const labelWeight = ({ labels, teacher }: SearchConfig): number => labels ?? (teacher ? 0 : 1);

export const objectiveOf = (config: SearchConfig): Objective =>
  config.teacher ? distilling(config.teacher, labelWeight(config)) : classifying;
