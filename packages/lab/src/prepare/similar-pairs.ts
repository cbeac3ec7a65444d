import { Random } from '@pocketnet/files';

/** So many tables make it likely that two of one picture meet in one of them: 0.97 at a cosine of 0.95, with 12 bits. */
const TABLES = 24;
/** Bits by which faces are sorted, at least and at most; about as many buckets as faces. */
const [FEWEST_BITS, MOST_BITS] = [6, 20];

/**
 * Pairs of templates with a cosine of at least `least`, found without comparing all with all: signs of some coordinates, of templates about
 * their mean, sort them into buckets, and those of one bucket are compared (random hyperplanes, Charikar, "Similarity estimation techniques
 * from rounding algorithms", STOC 2002, with coordinates as planes). Those of equal pictures are always found, of nearly equal ones nearly
 * always; every pair that is given has such a cosine.
 *
 * @param templates unit vectors, one after the other
 * @param count how many
 * @returns pairs of indices, the lower first, each once, by index
 */
export function similarPairs(templates: Float32Array, count: number, least: number): [number, number][] {
  const dimension = count === 0 ? 0 : templates.length / count;
  const mean = new Float64Array(dimension);
  for (let i = 0; i < templates.length; i++)
    mean[i % dimension] = (mean[i % dimension] as number) + (templates[i] as number) / count; // inside
  const bits = Math.max(FEWEST_BITS, Math.min(MOST_BITS, Math.ceil(Math.log2(count + 1)), dimension));
  const random = new Random(1);
  const found = new Set<number>();
  for (let table = 0; table < TABLES; table++) {
    const coordinates = Array.from({ length: bits }, () => Math.floor(random.next() * dimension));
    const buckets = new Map<number, number[]>();
    for (let i = 0; i < count; i++) {
      let key = 0;
      for (const at of coordinates)
        key = 2 * key + ((templates[i * dimension + at] as number) > (mean[at] as number) ? 1 : 0); // inside
      const bucket = buckets.get(key);
      if (bucket) bucket.push(i);
      else buckets.set(key, [i]);
    }
    for (const bucket of buckets.values())
      for (const [at, j] of bucket.entries())
        for (const i of bucket.slice(0, at)) if (dot(templates, dimension, i, j) >= least) found.add(i * count + j);
  }
  return [...found].sort((a, b) => a - b).map((pair) => [Math.floor(pair / count), pair % count]);
}

/** The cosine of two of the templates. */
export function dot(templates: Float32Array, dimension: number, i: number, j: number): number {
  let sum = 0;
  for (let at = 0; at < dimension; at++)
    sum += (templates[i * dimension + at] as number) * (templates[j * dimension + at] as number); // inside
  return sum;
}
