import { Random } from '@pocketnet/files';
import type { MatchRates, StoredTemplate } from 'pocketnet/gallery';

export const MODEL = 'test-model';
const DIMENSION = 32;

export function unit(values: Iterable<number>): Float32Array {
  const vector = Float32Array.from(values);
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}

/** Templates of invented people: a direction for each, and shots that differ from it by some noise. */
export class InventedPeople {
  readonly #random: Random;

  constructor(seed: number) {
    this.#random = new Random(seed);
  }

  direction(dimension = DIMENSION): Float32Array {
    return unit(Array.from({ length: dimension }, () => this.#random.normal()));
  }

  /** A shot of somebody: its cosine with their direction is about 1/√(1 + noise²). */
  shot(of: Float32Array, noise = 0.3, model = MODEL): StoredTemplate {
    const step = noise / Math.sqrt(of.length);
    return { model, vector: unit(of.map((value) => value + step * this.#random.normal())) };
  }
}

/** Rates counted over pairs of strangers. */
export function ratesOf(cosines: readonly number[], model = MODEL): MatchRates {
  const sorted = Float64Array.from(cosines).sort();
  const pairs = sorted.length;
  const reach = (cosine: number): number => {
    let [low, high] = [0, pairs];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sorted[middle] as number) < cosine) low = middle + 1;
      else high = middle;
    }
    return pairs - low;
  };
  return {
    ...{ model, pairs },
    rateAt(cosine) {
      const count = reach(cosine);
      const spread = 1.96 * Math.sqrt(Math.max(1, count));
      return {
        rate: count / pairs,
        interval: [Math.max(0, count - spread) / pairs, Math.min(1, (count + spread + 2) / pairs)],
        supported: count >= 3,
      };
    },
    cosineFor(rate) {
      const count = Math.floor(rate * pairs);
      const supported = count >= 3;
      return { cosine: (sorted[Math.max(0, pairs - Math.max(1, count))] as number) + 1e-9, supported };
    },
  };
}

/** Cosines of pairs of strangers among invented people. */
export function strangersCosines(seed: number, pairs: number, dimension = DIMENSION): number[] {
  const people = new InventedPeople(seed);
  return Array.from({ length: pairs }, () => {
    const [a, b] = [people.direction(dimension), people.direction(dimension)];
    return a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);
  });
}
