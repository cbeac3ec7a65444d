import type { WorstGroup } from './compare/calibration.js';

/** How often strangers score at least a cosine, as far as measured pairs say. */
export interface MatchRate {
  /** Share of strangers' pairs, 0 to 1. */
  readonly rate: number;
  /** 95 % interval of `rate`. */
  readonly interval: readonly [low: number, high: number];
  /** False where fewer than three of the measured pairs scored so: the rate is then an upper bound, no estimate. */
  readonly supported: boolean;
}

/** What cosines of one model mean, by the impostor pairs behind its card. */
export interface MatchRates {
  /** The model whose cosines these are. */
  readonly model: string;
  /** How many pairs of strangers were measured. */
  readonly pairs: number;
  /** Those of whom strangers are most often taken for each other, where that was measured. */
  readonly worstGroup?: WorstGroup | null;
  rateAt(cosine: number): MatchRate;
  /** The least cosine that at most `rate` of strangers reach. `supported` is false beyond what the pairs can say. */
  cosineFor(rate: number): { readonly cosine: number; readonly supported: boolean };
}
