import { indexTensor, type nn, ops, type Tensor } from '@pocketnet/torch';
import { type DistillationLoss, relationLoss } from '../distill/index.js';
import type { Head } from '../heads/index.js';

/** What one step learns from. */
export interface TrainingBatch {
  /** Raw embeddings [N, d] of the batch's images. */
  embeddings: Tensor;
  /** Classes of the images, -1 for those without a label. */
  labels: Int32Array;
  /** [N, d'], of unit length, where there is a teacher. */
  targets?: Tensor;
}

/** One term of the loss, by the name under which it is logged. */
export interface LossTerm {
  readonly name: string;
  /** A scalar, weighted; undefined where the batch holds nothing that the term is about. */
  value(batch: TrainingBatch): Tensor | undefined;
}

/** The head's classification loss over the images that have a label. */
export const headTerm = (head: Head): LossTerm => ({
  name: 'head',
  value({ embeddings, labels }) {
    const { device } = embeddings;
    const known = labels.filter((label) => label >= 0);
    if (known.length === 0) return undefined;
    const classes = indexTensor(known, device);
    if (known.length === labels.length) return head.loss(embeddings, classes);
    const places = indexTensor(
      Array.from(labels.keys()).filter((i) => (labels[i] ?? -1) >= 0),
      device,
    );
    return head.loss(ops.indexSelect(embeddings, 0, places), classes);
  },
});

/** What the student loses where a batch's faces are to one another what they are not to its teacher. */
export const relationTerm = (weight: number): LossTerm => ({
  name: 'relation',
  value: ({ embeddings, targets }) => targets && relationLoss(embeddings, targets, weight),
});

/** What the student loses by being unlike its teacher. @param projector maps the student's embedding onto the teacher's width */
export const teacherTerm = (loss: DistillationLoss, weight: number, projector?: nn.Linear): LossTerm => ({
  name: 'teacher',
  value: ({ embeddings, targets }) =>
    targets && loss(projector ? projector.forward(embeddings) : embeddings, targets, weight),
});
