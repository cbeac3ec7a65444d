import { Random } from '@pocketnet/files';
import { bootstrap } from './bootstrap.js';
import { allowedFalseAccepts } from './exact-point.js';
import type { Interval } from './interval.js';
import { normalQuantile } from './normal.js';
import type { BootstrapOptions } from './percentiles.js';
import { countAbove, type SortedScores } from './sorted.js';

/** Genuine scores with the unit (person, gallery template) that each belongs to; units are any whole numbers. */
export interface GenuineUnits {
  readonly scores: ArrayLike<number>;
  readonly units: ArrayLike<number>;
}

/**
 * Bootstrap interval of {@link exactTarAtFar} for millions of pairs. Genuine pairs are drawn by unit, so that the pairs of one
 * person stay together. The threshold moves too: in a resample of n impostor scores the one to be refused is a score of
 * the list whose rank is Beta distributed, so the rank is drawn and nothing is sorted again. Impostor pairs count as
 * independent in this, though they share templates: below about ten allowed false accepts read the interval as a lower bound
 * of the doubt.
 */
export function bootstrapTarByUnit(
  impostor: SortedScores['impostor'],
  genuine: GenuineUnits,
  farTarget: number,
  options: BootstrapOptions = {},
): Interval {
  const groups = scoresByUnit(genuine);
  const allowed = allowedFalseAccepts(impostor.length, farTarget);
  const random = new Random(options.seed ?? 1, 1);
  let rank = allowed; // the data themselves first
  return bootstrap(
    groups.length,
    (drawn) => {
      const refused = impostor[impostor.length - 1 - rank] ?? Number.NEGATIVE_INFINITY;
      let [accepted, total] = [0, 0];
      for (const unit of drawn) {
        const scores = groups[unit] as Float64Array; // drawn below groups.length
        accepted += countAbove(scores, refused);
        total += scores.length;
      }
      rank = drawRank(impostor.length, allowed, random);
      return accepted / total;
    },
    options,
  );
}

function scoresByUnit({ scores, units }: GenuineUnits): Float64Array[] {
  const groups = new Map<number, number[]>();
  for (let pair = 0; pair < units.length; pair++) {
    const unit = units[pair] ?? 0;
    const group = groups.get(unit);
    if (group) group.push(scores[pair] ?? 0);
    else groups.set(unit, [scores[pair] ?? 0]);
  }
  return Array.from(groups.values(), (group) => Float64Array.from(group).sort());
}

/** The rank, from 0 at the best, of the (allowed + 1)-th best of n draws with replacement: n · Beta(allowed + 1, n − allowed). */
function drawRank(n: number, allowed: number, random: Random): number {
  if (allowed >= n) return n;
  const above = drawGamma(allowed + 1, random);
  const below = drawGamma(n - allowed, random);
  return Math.min(n - 1, Math.floor((n * above) / (above + below)));
}

/** Gamma(shape, 1): a sum of exponentials where the shape is small, else by Wilson and Hilferty's cube (1931). */
function drawGamma(shape: number, random: Random): number {
  const uniform = () => random.next() + 2 ** -33;
  if (shape <= 30) {
    let sum = 0;
    for (let i = 0; i < shape; i++) sum -= Math.log(uniform());
    return sum;
  }
  return shape * (1 - 1 / (9 * shape) + normalQuantile(uniform()) / (3 * Math.sqrt(shape))) ** 3;
}
