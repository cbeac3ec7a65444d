import { init, nn, ops, scope, type Tensor } from '@pocketnet/torch';
import { Head } from './head.js';

export interface ArcFaceOptions {
  /** s: what the cosines are multiplied with. */
  scale?: number;
  /** m: what is added to the target's angle, in radians. */
  margin?: number;
  /** Leaves targets beyond 90° without a margin, instead of the linear continuation beyond π − m. */
  easyMargin?: boolean;
}

/**
 * Cosines are kept this far inside [−1, 1]: sin θ = √(1 − cos²θ) has an infinite slope at the ends. (The released code keeps
 * them below 1 + 1e-5 instead, and yields NaN there: facts 1.11, 11.)
 */
const edge = 1e-5;

/**
 * Additive angular margin (Deng et al. 2019): logits s·cos θ, the target's s·cos(θ + m), mean cross-entropy. Where θ + m would
 * pass π the target continues as s·(cos θ − m·sin m), so that it goes on falling.
 */
export class ArcFace extends Head {
  readonly kernel: nn.Parameter;
  readonly #scale: number;
  readonly #margin: number;
  readonly #easyMargin: boolean;

  constructor(
    readonly embedding: number,
    readonly classes: number,
    options: ArcFaceOptions = {},
  ) {
    super();
    this.#scale = options.scale ?? 64;
    this.#margin = options.margin ?? 0.5;
    this.#easyMargin = options.easyMargin ?? false;
    this.kernel = scope(() => new nn.Parameter(ops.empty([embedding, classes])));
    init.normal(this.kernel, 0, 0.01);
  }

  /** [N, classes] */
  logits(embeddings: Tensor, labels: Tensor): Tensor {
    const cosines = ops.clamp(
      ops.matmul(ops.normalize(embeddings, 1), ops.normalize(this.kernel, 0)),
      -1 + edge,
      1 - edge,
    );
    const index = ops.reshape(labels, [-1, 1]);
    const target = ops.gather(cosines, 1, index);
    return ops.mulScalar(ops.scatter(cosines, 1, index, this.#withMargin(target)), this.#scale);
  }

  loss(embeddings: Tensor, labels: Tensor): Tensor {
    return ops.crossEntropy(this.logits(embeddings, labels), labels);
  }

  /** cos(θ + m) = cos θ cos m − sin θ sin m, with its continuation. */
  #withMargin(cosine: Tensor): Tensor {
    const m = this.#margin;
    const sine = ops.sqrt(ops.addScalar(ops.neg(ops.mul(cosine, cosine)), 1));
    const moved = ops.sub(ops.mulScalar(cosine, Math.cos(m)), ops.mulScalar(sine, Math.sin(m)));
    return this.#easyMargin
      ? ops.where(ops.greater(cosine, 0), moved, cosine)
      : ops.where(ops.greater(cosine, Math.cos(Math.PI - m)), moved, ops.addScalar(cosine, -Math.sin(Math.PI - m) * m));
  }
}
