import { init, nn, ops, scope, type Tensor } from '@pocketnet/torch';
import { Head } from './head.js';
import { cosinesOf, type Margin, marginLogits } from './margin.js';

/** Standard deviation of class centres at the start: all released heads draw them from N(0, 0.01). */
export const centreDeviation = 0.01;

/** A head whose class centres are learned: mean cross-entropy of the soft-max over the margin's logits. */
export class MarginHead extends Head {
  /** [embedding, classes] */
  readonly kernel: nn.Parameter;

  constructor(
    readonly embedding: number,
    readonly classes: number,
    readonly margin: Margin,
  ) {
    super();
    this.kernel = scope(() => new nn.Parameter(ops.empty([embedding, classes])));
    init.normal(this.kernel, 0, centreDeviation);
  }

  /** [N, classes] */
  logits(embeddings: Tensor, labels: Tensor): Tensor {
    return marginLogits(cosinesOf(embeddings, this.kernel), labels, this.margin);
  }

  loss(embeddings: Tensor, labels: Tensor): Tensor {
    return ops.crossEntropy(this.logits(embeddings, labels), labels);
  }
}
