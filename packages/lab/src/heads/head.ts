import { nn, type Tensor } from '@pocketnet/torch';

/** What the images of a step are said to be, to a share: of a mixed image there are two such views (mixup). */
export interface HeadView {
  /** How much of every image it is about, in [0, 1]; those of a step sum to 1. */
  share: number;
  /** [N], -1 for images without a label. */
  labels: Int32Array;
  /** [N, d], the teacher's unit embeddings of who they are said to be, where the run has a teacher. */
  targets?: Tensor;
}

/** A classifier over the training identities that shapes the embedding, and is thrown away after training. */
export abstract class Head extends nn.Module {
  /** Whether it observes the teacher's embeddings of each class' own images, hence of images before they are mixed. */
  readonly observesTargets: boolean = false;
  /** Whether it gathers the labels of all processes, which then must give equally many. */
  readonly gathersLabels: boolean = false;
  /** Whether each process holds classes of its own: no averaging over processes is for its weights. */
  readonly splitsClasses: boolean = false;

  /**
   * Looks at all that a step learns from, once a step and before its losses. Most heads learn by gradient alone and do nothing.
   *
   * @param _embeddings [N, d], raw; of the images as the student saw them
   */
  observe(_embeddings: Tensor, _views: readonly HeadView[]): void {}

  /**
   * Moves nothing: a step asks for it once for every view of its images.
   *
   * @param embeddings [N, d], raw
   * @param labels int64 [N], 0 … classes − 1
   * @returns the mean loss, a scalar
   */
  abstract loss(embeddings: Tensor, labels: Tensor): Tensor;

  forward(): Tensor {
    throw new Error('A head needs labels: call loss().');
  }
}
