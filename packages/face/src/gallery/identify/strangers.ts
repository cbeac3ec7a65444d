import type { MatchRates } from '../../match-rates.js';
import { fitTail, type Tail } from './tail.js';

/** A cosine from which on few enough strangers are taken for somebody. */
export interface Threshold {
  readonly cosine: number;
  /** Within which it lies by what is known: the same twice where the card's pairs say it themselves. */
  readonly low: number;
  readonly high: number;
  readonly basis: 'measured' | 'fitted';
}

/** How often a search of strangers finds somebody at a cosine or above. */
export interface StrangersRate {
  /** Share of searches, 0 to 1. */
  readonly rate: number;
  /** 95 % interval. */
  readonly interval: readonly [low: number, high: number];
  readonly basis: 'measured' | 'fitted' | 'bound';
}

/**
 * What cosines mean in a gallery of `n` templates. A search compares one face with all of them; with a share f of strangers' pairs reaching
 * a cosine, 1 − (1 − f)ⁿ of the searches of strangers find somebody there (FPIR, ISO/IEC 19795-1). Templates of one person resemble each
 * other, so that this is a little too much, never too little.
 */
export class Strangers {
  #tail: Tail | undefined | null = null; // null: not fitted yet

  constructor(readonly rates: MatchRates) {}

  /** @returns undefined where the card's pairs say nothing about it, not even by their tail */
  thresholdFor(fpir: number, n: number): Threshold | undefined {
    const rate = pairRate(fpir, n);
    const { cosine, supported } = this.rates.cosineFor(rate);
    if (supported) return { cosine, low: cosine, high: cosine, basis: 'measured' };
    const fitted = this.tail?.cosineFor(rate);
    return fitted && { cosine: fitted.value, low: fitted.low, high: fitted.high, basis: 'fitted' };
  }

  /** How often a search among `n` templates finds a stranger at this cosine. */
  rateAt(cosine: number, n: number): StrangersRate {
    const measured = this.rates.rateAt(cosine);
    if (measured.supported) {
      const [low, high] = measured.interval;
      return {
        rate: searchRate(measured.rate, n),
        interval: [searchRate(low, n), searchRate(high, n)],
        basis: 'measured',
      };
    }
    const fitted = this.tail?.rateAt(cosine);
    if (fitted)
      return {
        rate: searchRate(fitted.value, n),
        interval: [searchRate(fitted.low, n), searchRate(fitted.high, n)],
        basis: 'fitted',
      };
    const most = searchRate(measured.interval[1], n);
    return { rate: most, interval: [0, most], basis: 'bound' };
  }

  get tail(): Tail | undefined {
    if (this.#tail === null) this.#tail = fitTail(this.rates);
    return this.#tail;
  }
}

/**
 * What share of strangers' searches may end in a match unless one says: one in a hundred, and so few in galleries of less than ten templates that a
 * match still means what it means of two faces, one stranger in a thousand.
 */
export const usualFpir = (n: number): number => Math.min(0.01, searchRate(0.001, Math.max(1, n)));

/** The share of pairs at which a share `fpir` of searches among `n` finds somebody; both stay exact for tiny shares. */
const pairRate = (fpir: number, n: number): number => -Math.expm1(Math.log1p(-fpir) / Math.max(1, n));

const searchRate = (rate: number, n: number): number => (rate >= 1 ? 1 : -Math.expm1(n * Math.log1p(-rate)));
