import type { Tensor } from '@pocketnet/torch';
import type { Head } from '../heads/index.js';

/** What one step learns from. */
export interface TrainingBatch {
  /** Raw embeddings [N, d] of the batch's images. */
  embeddings: Tensor;
  /** int64 [N] */
  labels: Tensor;
}

/** One term of the loss, by the name under which it is logged. */
export interface LossTerm {
  readonly name: string;
  readonly weight: number;
  value(batch: TrainingBatch): Tensor;
}

/** The head's classification loss. */
export const headTerm = (head: Head): LossTerm => ({
  name: 'head',
  weight: 1,
  value: ({ embeddings, labels }) => head.loss(embeddings, labels),
});
