/**
 * A seeded random generator that can be started anywhere: the stream numbers pick one of many independent sequences,
 * so `new Random(seed, epoch, sample)` needs no state carried from the sample before it.
 *
 * sfc32 by Chris Doty-Humphrey (PractRand), its state filled by hashing the seed and the streams with the finaliser of
 * MurmurHash3. Not for cryptography.
 */
export class Random {
  private a = 0x9e3779b9;
  private b = 0x243f6a88;
  private c = 0xb7e15162;
  private counter = 1;
  private spareNormal = Number.NaN;

  /** @param seed and `streams`: any finite numbers; equal numbers give equal sequences. */
  constructor(seed: number, ...streams: number[]) {
    this.absorb(seed);
    for (const stream of streams) this.absorb(stream);
    for (let i = 0; i < 12; i++) this.uint32();
  }

  /** A whole number in [0, 2^32). */
  uint32(): number {
    const sum = (((this.a + this.b) | 0) + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** Uniform in [0, 1), in steps of 2^-32. */
  next(): number {
    return this.uint32() * 2 ** -32;
  }

  /** Uniform in [low, high). */
  between(low: number, high: number): number {
    return low + (high - low) * this.next();
  }

  /** A whole number in [0, n), for n up to 2^32. */
  int(n: number): number {
    return Math.floor(this.next() * n);
  }

  /** Normal with mean 0 and deviation 1: the polar method of Marsaglia, which makes two at a time. */
  normal(): number {
    if (!Number.isNaN(this.spareNormal)) {
      const spare = this.spareNormal;
      this.spareNormal = Number.NaN;
      return spare;
    }
    for (;;) {
      const x = 2 * this.next() - 1;
      const y = 2 * this.next() - 1;
      const square = x * x + y * y;
      if (square === 0 || square >= 1) continue;
      const scale = Math.sqrt((-2 * Math.log(square)) / square);
      this.spareNormal = y * scale;
      return x * scale;
    }
  }

  /** One of `items`, each as likely. */
  pick<T>(items: readonly T[]): T {
    const item = items[this.int(items.length)];
    if (item === undefined) throw new RangeError('Random.pick was given an empty list.');
    return item;
  }

  /** Puts `items` in a random order, in place (Fisher and Yates), and returns them. */
  shuffle<T extends { readonly length: number; [index: number]: unknown }>(items: T): T {
    for (let last = items.length - 1; last > 0; last--) {
      const other = this.int(last + 1);
      const held = items[last];
      items[last] = items[other];
      items[other] = held;
    }
    return items;
  }

  /** Mixes the 64 bits of one number into the state. */
  private absorb(value: number): void {
    FLOAT[0] = value + 0; // + 0 makes -0 the same seed as 0
    for (const word of WORDS) {
      this.a = mix(this.a ^ word);
      this.b = mix(this.b + this.a);
      this.c = mix(this.c ^ this.b);
    }
  }
}

const FLOAT = new Float64Array(1);
const WORDS = new Uint32Array(FLOAT.buffer);

/** The 32-bit finaliser of MurmurHash3: every bit of the input changes about half of the bits of the output. */
function mix(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
