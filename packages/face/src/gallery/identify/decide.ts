import { worstGroupSentence } from '../../compare/worst-group.js';
import type { Strangers, StrangersRate, Threshold } from './strangers.js';

/** Somebody who may be the one. */
export interface Candidate {
  readonly person: string;
  readonly name: string;
  /** Their template that is nearest. */
  readonly template: string;
  readonly cosine: number;
  /** How often a stranger's search finds somebody at least as near; undefined for models without measured rates. */
  readonly strangers?: StrangersRate;
}

export type Decision = 'match' | 'unsure' | 'unknown';

export interface Verdict {
  readonly decision: Decision;
  /** Why, as a sentence. */
  readonly because: string;
  /** From here on it is a match. */
  readonly threshold?: Threshold;
}

export interface Asked {
  /** Share of strangers' searches that may end in a match. */
  readonly fpir: number;
  /** The two best are too near where their cosines differ by less. */
  readonly margin: number;
  /** Templates that were searched. */
  readonly n: number;
}

/** So many times as many strangers may be called unsure as may be called by a name. */
export const DOUBT = 10;

/** Says whether the best candidate is the one. Candidates are different people, best first. */
export function decide(
  candidates: readonly Candidate[],
  strangers: Strangers | undefined,
  { fpir, margin, n }: Asked,
): Verdict {
  const [best, second] = candidates;
  if (!best) {
    const because =
      n === 0
        ? 'Nobody is enrolled with this model.'
        : 'Everybody with this model is ruled out: by what users said, by another face of the photo, or since their time is over.';
    return { decision: 'unknown', because };
  }
  if (!strangers)
    return {
      decision: 'unsure',
      because: `It is nearest to ${best.name}, but nothing is known about what cosines of this model mean. Give the gallery the match rates of its card.`,
    };
  const threshold = strangers.thresholdFor(fpir, n);
  const doubt = strangers.thresholdFor(Math.max(fpir, Math.min(0.5, DOUBT * fpir)), n);
  const verdict = (decision: Decision, because: string): Verdict =>
    threshold ? { decision, because, threshold } : { decision, because };
  const gallery = `${n.toLocaleString('en')} ${n === 1 ? 'template' : 'templates'}`;

  if (doubt && best.cosine < doubt.low)
    return verdict('unknown', `Nobody of ${gallery} is near enough: the nearest is ${best.name} at ${shown(best)}.`);
  if (!threshold)
    return verdict(
      'unsure',
      `It is nearest to ${best.name} at ${shown(best)}, but the card's pairs are too few to say how often strangers come so near in ${gallery}.`,
    );
  if (best.cosine < threshold.low)
    return verdict(
      'unsure',
      `It may be ${best.name}: ${shown(best)}, short of the ${threshold.cosine.toFixed(3)} that a match needs.`,
    );
  if (best.cosine < threshold.high)
    return verdict(
      'unsure',
      `It may be ${best.name}: ${shown(best)}, where the card's pairs only support a threshold between ${threshold.low.toFixed(3)} and ${threshold.high.toFixed(3)}.`,
    );
  if (second && best.cosine - second.cosine < margin && second.cosine >= (doubt ?? threshold).low)
    return verdict('unsure', `It may be ${best.name} (${shown(best)}) or ${second.name} (${shown(second)}).`);
  const worst = worstGroupSentence(strangers.rates.worstGroup);
  return verdict(
    'match',
    `It is ${best.name}: ${shown(best)}, ${oftenness(strangers.rateAt(best.cosine, n))}.${worst}`,
  );
}

const shown = ({ cosine }: Candidate): string => cosine.toFixed(3);

/** A rate that measured pairs show is told; of one beyond them, what they bear out: the upper end of its interval. */
function oftenness({ rate, interval, basis }: StrangersRate): string {
  const told = basis === 'measured' ? rate : interval[1];
  const oneIn = Number((1 / told).toPrecision(2)).toLocaleString('en-US');
  return `which ${basis === 'measured' ? 'one' : 'fewer than one'} stranger in ${oneIn} reaches`;
}
