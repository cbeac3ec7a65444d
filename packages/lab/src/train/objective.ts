import { fromArray, type nn, ops, type Tensor } from '@pocketnet/torch';
import type { DistillationLoss } from '../distill/index.js';
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
  value({ embeddings, labels, targets }) {
    const { device } = embeddings;
    const places = BigInt64Array.from(
      Array.from(labels.keys()).filter((i) => (labels[i] ?? -1) >= 0),
      BigInt,
    );
    if (places.length === 0) return undefined;
    const classes = BigInt64Array.from(places, (place) => BigInt(labels[Number(place)] ?? 0));
    const onDevice = (values: BigInt64Array): Tensor =>
      ops.toDevice(fromArray(values, [values.length]), device, 'int64');
    if (places.length === labels.length) return head.loss(embeddings, onDevice(classes), targets);
    const labelled = onDevice(places);
    const chosen = (rows: Tensor): Tensor => ops.indexSelect(rows, 0, labelled);
    return head.loss(chosen(embeddings), onDevice(classes), targets && chosen(targets));
  },
});

/** What the student loses by being unlike its teacher. @param projector maps the student's embedding onto the teacher's width */
export const teacherTerm = (loss: DistillationLoss, weight: number, projector?: nn.Linear): LossTerm => ({
  name: 'teacher',
  value: ({ embeddings, targets }) =>
    targets && loss(projector ? projector.forward(embeddings) : embeddings, targets, weight),
});
