import { operator, ops, type Tensor } from '@pocketnet/torch';
import { z } from 'zod';
import { defineMarginHead } from './learned-centres.js';
import type { Margin } from './margin.js';
import { MarginHead } from './margin-head.js';

export interface ArcFaceOptions {
  /** s: what the cosines are multiplied with; 64. */
  scale?: number;
  /** m: what is added to the target's angle, in radians; 0.5. */
  margin?: number;
  /** Leaves targets beyond 90° without a margin, instead of the linear continuation beyond π − m. */
  easyMargin?: boolean;
}

/** ArcFace's margin: cos θ → cos(θ + m) (Deng et al. 2019, arXiv 1801.07698, section 2.1), continued as `addAngle` does. */
export function arcFaceMargin({ scale = 64, margin = 0.5, easyMargin = false }: ArcFaceOptions = {}): Margin {
  return {
    scale,
    comparesSamples: false,
    apply(cosines) {
      const moved = addAngle(cosines, fullLike(cosines, margin));
      return easyMargin ? ops.where(ops.greater(cosines, 0), moved, cosines) : moved;
    },
  };
}

/**
 * cos θ → cos(θ + m) = cos θ cos m − sin θ sin m. Where θ + m would pass π, and the cosine rise again, it goes on falling
 * along cos θ − m·sin m, as in the authors' code and PocketNet's (ElasticFace's and AdaDistill's let it rise).
 * @param cosines [N, 1]
 * @param margins [N, 1], one for every sample, in radians
 */
export function addAngle(cosines: Tensor, margins: Tensor): Tensor {
  const sines = ops.sqrt(ops.addScalar(ops.neg(ops.mul(cosines, cosines)), 1));
  const moved = ops.sub(ops.mul(cosines, cos(margins)), ops.mul(sines, sin(margins)));
  const last = ops.neg(cos(ops.clampMin(margins, 0))); // cos(π − m): a negative margin never passes π
  return ops.where(greaterThan(cosines, last), moved, ops.sub(cosines, ops.mul(margins, sin(margins))));
}

const cos = operator<[self: Tensor], Tensor>('aten::cos');
const sin = operator<[self: Tensor], Tensor>('aten::sin');
const greaterThan = operator<[self: Tensor, other: Tensor], Tensor>('aten::gt.Tensor');
const fullLike = operator<[self: Tensor, value: number], Tensor>('aten::full_like');

/** A head with ArcFace's margin and learned centres. */
export class ArcFace extends MarginHead {
  constructor(embedding: number, classes: number, options?: ArcFaceOptions) {
    super(embedding, classes, arcFaceMargin(options));
  }
}

export const arcFace = defineMarginHead({
  name: 'arcface',
  about: 'Additive angular margin (Deng et al. 2019).',
  options: {
    margin: z.number().min(0).max(Math.PI).default(0.5).describe('m: angle added to the target, in radians.'),
    easyMargin: z.boolean().default(false).describe('Margin only where the angle is below 90 degrees.'),
  },
  margin: arcFaceMargin,
});
