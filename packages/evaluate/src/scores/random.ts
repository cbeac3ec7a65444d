/**
 * A small seeded generator: a Weyl sequence through the 32-bit murmur3 finaliser. Draws of one seed are the same on
 * every machine. For resampling, not for secrets.
 */
export class Random {
  #state: number;

  constructor(seed: number) {
    if (!Number.isSafeInteger(seed)) throw new Error(`The seed is ${seed}; it must be a whole number.`);
    this.#state = mix(seed | 0) ^ mix(Math.floor(seed / 2 ** 32) + 1);
  }

  /** A whole number in 0 … bound − 1; bound < 2^32. The bias is below bound / 2^32. */
  int(bound: number): number {
    this.#state = (this.#state + 0x9e3779b9) | 0;
    return Math.floor(((mix(this.#state) >>> 0) / 2 ** 32) * bound);
  }
}

function mix(x: number): number {
  let h = x;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
