import { defineMarginHead, heads } from '@pocketnet/lab';
import { ops } from '@pocketnet/torch';
import { z } from 'zod';

/** cos θ → t · cos θ for the target: a head that asks for more where the cosine is large already. */
export const tempered = defineMarginHead({
  name: 'tempered',
  about: "The target's cosine counts less.",
  options: { temper: z.number().positive().max(1).default(0.9).describe("t: factor of the target's cosine.") },
  margin: ({ scale, temper }) => ({
    scale,
    comparesSamples: false,
    apply: (cosines) => ops.mulScalar(cosines, temper),
  }),
});

heads.add(tempered);
