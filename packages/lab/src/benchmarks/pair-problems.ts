import { grouped } from '@pocketnet/evaluate';
import type { ImageProblem } from '../embedders/index.js';

/** How many of a kind of fault are named one by one. */
const NAMED = 10;

/** Images without embeddings, each with its reason, and how many pairs they cost. */
export function unreadImages(problems: readonly ImageProblem[], pairsLeftOut: number): string[] {
  if (problems.length === 0) return [];
  const more =
    problems.length > NAMED ? [`… and ${grouped(problems.length - NAMED)} more images without embeddings.`] : [];
  return [
    `${grouped(problems.length)} images have no usable embedding, which leaves out ${grouped(pairsLeftOut)} pairs. The measures are of the others; folds keep their number, not their borders.`,
    ...problems
      .slice(0, NAMED)
      .map(({ index, reason }) => `Pair ${index >> 1}, ${index % 2 === 0 ? 'first' : 'second'} face: ${reason}`),
    ...more,
  ];
}
