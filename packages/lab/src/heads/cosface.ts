import { ops } from '@pocketnet/torch';
import { z } from 'zod';
import { defineMarginHead } from './learned-centres.js';
import type { Margin } from './margin.js';
import { MarginHead } from './margin-head.js';

export interface CosFaceOptions {
  /** s: what the cosines are multiplied with; 64. */
  scale?: number;
  /** m: what is taken from the target's cosine; 0.35. */
  margin?: number;
}

/** CosFace's margin: cos θ → cos θ − m (Wang et al. 2018, arXiv 1801.09414, section 3.1). */
export function cosFaceMargin({ scale = 64, margin = 0.35 }: CosFaceOptions = {}): Margin {
  return {
    scale,
    comparesSamples: false,
    apply: (cosines) => ops.addScalar(cosines, -margin),
  };
}

/** A head with CosFace's margin and learned centres. */
export class CosFace extends MarginHead {
  constructor(embedding: number, classes: number, options?: CosFaceOptions) {
    super(embedding, classes, cosFaceMargin(options));
  }
}

export const cosFace = defineMarginHead({
  name: 'cosface',
  about: 'Additive cosine margin (Wang et al. 2018).',
  options: { margin: z.number().min(0).max(2).default(0.35).describe("m: taken from the target's cosine.") },
  margin: cosFaceMargin,
});
