import { z } from 'zod';
import { defineHead, type HeadKind, scaleOption } from './head-kind.js';
import type { Margin } from './margin.js';
import { MarginHead } from './margin-head.js';
import { ShardedHead } from './sharded.js';

/** Keys of every head that learns its class centres. */
const sharedOptions = {
  ...scaleOption,
  sharded: z
    .boolean()
    .default(false)
    .describe('Splits the classes over the processes (Partial FC), for more classes than one can hold.'),
  sampling: z
    .number()
    .positive()
    .max(1)
    .default(1)
    .describe(
      "Share of each process' classes that a step works with, those of the batch first; below 1 it is sharded.",
    ),
};

/** A head that learns its class centres, whole in every process or split over them: it differs from its siblings in its margin alone. */
export function defineMarginHead<Shape extends z.ZodRawShape>({
  name,
  about,
  options,
  margin,
}: {
  readonly name: string;
  readonly about: string;
  /** What the margin asks for beside the scale. */
  readonly options: Shape;
  margin(options: z.output<z.ZodObject<Shape>> & { scale: number }): Margin;
}): HeadKind {
  return defineHead({
    name,
    about,
    options: { ...sharedOptions, ...options },
    make(given, { embedding, classes, group }) {
      const { sharded, sampling } = given as z.output<z.ZodObject<typeof sharedOptions>>;
      const own = margin(given as z.output<z.ZodObject<Shape>> & { scale: number });
      return sharded || sampling < 1
        ? new ShardedHead(embedding, classes, own, { sampling, ...(group && { group }) })
        : new MarginHead(embedding, classes, own);
    },
  });
}
