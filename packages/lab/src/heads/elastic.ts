import { noGrad, operator, ops, type Tensor } from '@pocketnet/torch';
import { z } from 'zod';
import { addAngle } from './arcface.js';
import { defineMarginHead } from './learned-centres.js';
import type { Margin } from './margin.js';
import { MarginHead } from './margin-head.js';

export interface ElasticFaceOptions {
  /** s: what the cosines are multiplied with; 64. */
  scale?: number;
  /** Whether the margin is added to the target's angle (as ArcFace) or taken from its cosine (as CosFace); arc. */
  form?: 'arc' | 'cos';
  /** Gives the largest margins of a batch to the samples farthest from their centres. */
  plus?: boolean;
  /** m: the margins' mean; 0.5 for arc, 0.35 for cos. */
  margin?: number;
  /** σ: their standard deviation; 0.05, with plus 0.0175 for arc and 0.02 for cos (the released configuration). */
  sigma?: number;
  /** With plus: hands the margins out as the released code does, by the inverse of the permutation that was meant. */
  released?: boolean;
}

/**
 * ElasticFace's margins (Boutros et al. 2022, arXiv 2109.09416, section 3): every sample draws its own E ~ N(m, σ²) at every step;
 * cos θ → cos(θ + E) or cos θ − E. With plus, the batch's draws are sorted so that the farther sample gets the larger one.
 * Draws come from the processor's generator on any device, and its state is in a checkpoint: a resumed run draws the same.
 */
export function elasticFaceMargin(options: ElasticFaceOptions = {}): Margin {
  const { scale = 64, form = 'arc', plus = false, released = false } = options;
  const { margin = form === 'arc' ? 0.5 : 0.35, sigma = usualSigma(form, plus) } = options;
  return {
    scale,
    comparesSamples: plus,
    apply(cosines) {
      const margins = noGrad(() => {
        const lots = ops.normal_(ops.empty(cosines.shape, cosines.dtype), margin, sigma);
        const drawn = ops.toDevice(lots, cosines.device, lots.dtype);
        return plus ? byDistance(drawn, cosines, released) : drawn;
      });
      return form === 'arc' ? addAngle(cosines, margins) : ops.sub(cosines, margins);
    },
  };
}

function usualSigma(form: 'arc' | 'cos', plus: boolean): number {
  if (!plus) return 0.05;
  return form === 'arc' ? 0.0175 : 0.02;
}

/**
 * The margins in ascending order to the samples in the order of descending cosine: nearest[k], the sample at rank k, gets
 * sorted[k]. The released code reads that backwards and gives sample k the margin sorted[nearest[k]].
 */
function byDistance(drawn: Tensor, cosines: Tensor, released: boolean): Tensor {
  const nearest = argsort(cosines, 0, true);
  const sorted = ops.gather(drawn, 0, argsort(drawn, 0, false));
  return released ? ops.gather(sorted, 0, nearest) : ops.scatter(sorted, 0, nearest, sorted);
}

const argsort = operator<[self: Tensor, dim: number, descending: boolean], Tensor>('aten::argsort');

/** A head with ElasticFace's margins and learned centres. */
export class ElasticFace extends MarginHead {
  constructor(embedding: number, classes: number, options?: ElasticFaceOptions) {
    super(embedding, classes, elasticFaceMargin(options));
  }
}

export const elasticFace = defineMarginHead({
  name: 'elastic',
  about: 'A random margin for every sample and step (ElasticFace, Boutros et al. 2022).',
  options: {
    form: z
      .enum(['arc', 'cos'])
      .default('arc')
      .describe('Margin on the angle, as arcface, or on the cosine, as cosface.'),
    plus: z
      .boolean()
      .default(false)
      .describe('The largest margins of a batch go to the samples farthest from their centres.'),
    margin: z.number().min(0).max(2).exactOptional().describe('m, mean of the margins: 0.5 for arc, 0.35 for cos.'),
    sigma: z
      .number()
      .min(0)
      .max(1)
      .exactOptional()
      .describe('Their standard deviation: 0.05; with plus 0.0175 for arc, 0.02 for cos.'),
    released: z
      .boolean()
      .default(false)
      .describe('With plus: hands the margins out by the inverse permutation, as the released code does.'),
  },
  margin: elasticFaceMargin,
});
