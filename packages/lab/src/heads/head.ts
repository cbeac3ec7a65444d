import { nn, type Tensor } from '@pocketnet/torch';

/** A classifier over the training identities that shapes the embedding, and is thrown away after training. */
export abstract class Head extends nn.Module {
  /**
   * @param embeddings [N, d], raw
   * @param labels int64 [N], 0 … classes − 1
   * @returns the mean loss, a scalar
   */
  abstract loss(embeddings: Tensor, labels: Tensor): Tensor;

  forward(): Tensor {
    throw new Error('A head needs labels: call loss().');
  }
}
