import type { Matrix } from '@pocketnet/evaluate';
import { rowOf } from './embed-set.js';

/** Pairs of rows that are compared. */
const PAIRS = 1000;

/** A cosine above which faces that have nothing to do with each other are nearly equal to a model. */
const NEARLY_EQUAL = 0.9;

/**
 * A sentence where faces drawn by chance, most of them of different people, get nearly equal embeddings: the model then sees little of its
 * pictures, as one does that is fed with numbers of another range than it was trained with. Undefined where all is well, or too little is known.
 */
export function likenessWarning(embeddings: Matrix): string | undefined {
  const { rows } = embeddings;
  if (rows < 8) return undefined;
  const cosines: number[] = [];
  for (let pair = 0; pair < PAIRS; pair++) {
    // Multiples of the golden ratio are spread evenly, and neighbours, which pair sets make pairs of, do not meet.
    const first = Math.floor(rows * ((pair * 0.618_033_988_75) % 1));
    const second = (first + 2 + ((pair * 7919) % (rows - 3))) % rows;
    const cosine = cosineOf(rowOf(embeddings, first), rowOf(embeddings, second));
    if (Number.isFinite(cosine) && cosine < 1 - 1e-9) cosines.push(cosine); // one picture in two places is no pair
  }
  const median = cosines.sort((a, b) => a - b)[cosines.length >> 1];
  if (median === undefined || median < NEARLY_EQUAL) return undefined;
  return likenessText(`Unrelated faces get nearly equal embeddings (half of them a cosine above ${median.toFixed(3)})`);
}

/** The same of one face and a picture of none. */
export const likenessText = (what: string): string =>
  `${what}: the model is untrained, or wants its pictures otherwise than it is given them. See --mean, --scale and --channels, and what its authors say.`;

/** Whether two embeddings are as good as one. */
export const areNearlyEqual = (a: ArrayLike<number>, b: ArrayLike<number>): boolean => cosineOf(a, b) >= NEARLY_EQUAL;

function cosineOf(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [dot, aa, bb] = [0, 0, 0];
  for (let k = 0; k < a.length; k++) {
    const [x, y] = [a[k] ?? 0, b[k] ?? 0];
    dot += x * y;
    aa += x * x;
    bb += y * y;
  }
  return dot / Math.sqrt(aa * bb);
}
