import type { MatchRate, MatchRates } from '../match-rates.js';
import type { CalibrationPoint, ModelCalibration, WorstGroup } from './calibration.js';

/** Match rates with what a sentence about them needs. */
export interface ModelRates extends MatchRates {
  readonly worstGroup: WorstGroup | null;
  /** Share of one person's pairs that score less than a cosine, 0 to 1; undefined where none were measured. */
  missRateAt(cosine: number): number | undefined;
}

/** Pairs that must have scored so, for a rate to be an estimate: of fewer it is an upper bound (the rule of three). */
const ENOUGH = 3;

/**
 * A model's match rates, read off its calibration: between two measured cosines the logarithm of the rate is a straight line. Below the lowest
 * all strangers may score so; above the highest the rate is at most three in the pairs measured.
 *
 * @param model what the templates carry
 */
export function ratesOf(model: string, { points, impostorPairs: pairs, worstGroup }: ModelCalibration): ModelRates {
  const lowest = points[0] as CalibrationPoint; // there is one at least
  const highest = points.at(-1) as CalibrationPoint;
  const floor = ENOUGH / pairs;
  const bounded = (value: number): number => Math.max(floor, Math.min(1, value));
  const between = (cosine: number, of: (point: CalibrationPoint) => number): number => {
    const above = points.findIndex((point) => point.cosine >= cosine);
    const [a, b] = [points[above - 1], points[above]];
    if (!a || !b) return of(b ?? highest);
    const share = (cosine - a.cosine) / (b.cosine - a.cosine);
    return Math.exp((1 - share) * Math.log(bounded(of(a))) + share * Math.log(bounded(of(b))));
  };
  return {
    ...{ model, pairs, worstGroup },
    rateAt(cosine): MatchRate {
      if (cosine < lowest.cosine) return { rate: 1, interval: [lowest.fmr, 1], supported: lowest.fmr >= 0.5 };
      const rate = bounded(between(cosine, ({ fmr }) => fmr));
      if (cosine > highest.cosine || rate <= floor) {
        const most = bounded(highest.high);
        return { rate: bounded(highest.fmr), interval: [0, most], supported: false };
      }
      return {
        rate,
        interval: [between(cosine, ({ low }) => low), between(cosine, ({ high }) => high)],
        supported: true,
      };
    },
    cosineFor(rate) {
      if (rate >= lowest.fmr) return { cosine: lowest.cosine, supported: rate === lowest.fmr || lowest.fmr >= 0.5 };
      const at = points.findIndex(({ fmr }) => fmr <= rate);
      const [a, b] = [points[at - 1], points[at]];
      if (!a || !b || rate < floor) return { cosine: highest.cosine, supported: false };
      const [from, to, wanted] = [a.fmr, b.fmr, rate].map((each) => Math.log(bounded(each))) as [
        number,
        number,
        number,
      ];
      const share = from === to ? 1 : (wanted - from) / (to - from);
      return { cosine: a.cosine + share * (b.cosine - a.cosine), supported: true };
    },
    missRateAt(cosine) {
      if (lowest.fnmr === null) return undefined;
      if (cosine <= lowest.cosine) return lowest.fnmr;
      const above = points.findIndex((point) => point.cosine >= cosine);
      const [a, b] = [points[above - 1], points[above]];
      if (!a || !b) return highest.fnmr ?? undefined;
      const share = (cosine - a.cosine) / (b.cosine - a.cosine);
      return (1 - share) * (a.fnmr ?? 0) + share * (b.fnmr ?? 0);
    },
  };
}
