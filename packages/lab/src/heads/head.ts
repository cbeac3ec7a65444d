import { nn, type Tensor } from '@pocketnet/torch';

/** A classifier over the training identities that shapes the embedding, and is thrown away after training. */
export abstract class Head extends nn.Module {
  /**
   * @param embeddings [N, d], raw
   * @param labels int64 [N], 0 … classes − 1
   * @param targets [N, d], the teacher's unit embeddings of the same images, where the run has a teacher; most heads ignore them
   * @returns the mean loss, a scalar
   */
  abstract loss(embeddings: Tensor, labels: Tensor, targets?: Tensor): Tensor;

  forward(): Tensor {
    throw new Error('A head needs labels: call loss().');
  }
}
