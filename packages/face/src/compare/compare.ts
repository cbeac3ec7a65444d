import { cosineOf, type Template } from '../template.js';
import type { ModelRates } from './curve.js';
import { worstGroupSentence } from './worst-group.js';

/** `unsure`: too likely to be chance for `same`, too close for `different`. */
export type MatchVerdict = 'same' | 'unsure' | 'different';

/** Of how many strangers one may pass. */
export interface Strictness {
  /** The usual case, e.g. sorting photos: below, faces are `different`. One in 100 unless said. */
  readonly usual: number;
  /**
   * Where a mistake costs something, e.g. opening a door: from here on they are the `same`. One in 1,000 unless said; beyond a third of the pairs
   * that a model was measured with nothing is called the same.
   */
  readonly strict: number;
}

export const usualStrictness: Strictness = { usual: 100, strict: 1000 };

/** What two templates say of each other. */
export interface Comparison {
  /** -1 to 1. */
  readonly cosine: number;
  /** One stranger in so many scores this or more; never more than a third of the pairs that were measured. Undefined without a calibration. */
  readonly oneIn: number | undefined;
  /** Whether the measured pairs bear `oneIn` out: otherwise strangers who score so are rarer still than it says. */
  readonly supported: boolean;
  readonly verdict: MatchVerdict;
  /** All of that in words. */
  readonly sentence: string;
}

/**
 * The cosines from which on faces may be, and are, of one person.
 * @throws an Error where the model has no calibration; a RangeError where its pairs cannot speak of so few strangers
 */
export function thresholdsOf(
  rates: ModelRates | undefined,
  { usual, strict }: Strictness = usualStrictness,
): { usual: number; strict: number } {
  if (!rates) throw new Error(UNCALIBRATED);
  checkStrictness({ usual, strict });
  const beyond = tooStrict(strict, rates);
  if (beyond) throw new RangeError(beyond);
  return thresholdsWithin(rates, { usual, strict });
}

const thresholdsWithin = (rates: ModelRates, { usual, strict }: Strictness): { usual: number; strict: number } => ({
  usual: rates.cosineFor(1 / usual).cosine,
  strict: rates.cosineFor(1 / strict).cosine,
});

/** Why a model cannot say who is the same so strictly; undefined where it can. */
function tooStrict(strict: number, { pairs }: ModelRates): string | undefined {
  const most = pairs / 3;
  return strict <= most
    ? undefined
    : `One stranger in ${strict.toLocaleString('en-US')} is rarer than this model's ${pairs.toLocaleString('en-US')} measured pairs can tell: ask for one in ${rounded(most)} at most.`;
}

function checkStrictness({ usual, strict }: Strictness): void {
  if (!(usual >= 1 && strict >= usual))
    throw new RangeError(
      `One stranger in ${usual}, and in ${strict}, may pass: the first must be 1 or more, the second no less.`,
    );
}

const UNCALIBRATED =
  'This model is not calibrated: what its cosines mean is not known. Measure it: pocketnet calibrate MODEL --data FACES --into MODEL.';

/** Compares two templates. @throws an Error where they are of different models, or of another than `rates` */
export function compareTemplates(
  a: Template,
  b: Template,
  rates: ModelRates | undefined,
  strictness: Strictness = usualStrictness,
): Comparison {
  const cosine = cosineOf(a, b);
  if (!rates)
    return {
      ...{ cosine, oneIn: undefined, supported: false, verdict: 'unsure' },
      sentence: `Cosine ${cosine.toFixed(2)}. ${UNCALIBRATED}`,
    };
  if (rates.model !== a.model)
    throw new Error(
      `These templates are of another model (${a.model}) than the one that is open (${rates.model}): its thresholds do not hold for them.`,
    );
  checkStrictness(strictness);
  const thresholds = thresholdsWithin(rates, strictness);
  const beyond = cosine >= thresholds.strict ? tooStrict(strictness.strict, rates) : undefined;
  const isSame = cosine >= thresholds.strict && beyond === undefined;
  const verdict = isSame ? 'same' : cosine >= thresholds.usual ? 'unsure' : 'different';
  const { rate, supported } = rates.rateAt(cosine);
  const oneIn = Math.min(1 / rate, rates.pairs / 3);
  const sentence = [sentenceOf(verdict, oneIn, supported, rates), ...(beyond ? [beyond] : [])].join(' ');
  return { cosine, oneIn, supported, verdict, sentence };
}

const BEGINNINGS: Record<MatchVerdict, string> = {
  same: 'The same person',
  unsure: 'Perhaps the same person',
  different: 'Different people',
};

function sentenceOf(verdict: MatchVerdict, oneIn: number, supported: boolean, { worstGroup }: ModelRates): string {
  const strangers =
    oneIn < 2
      ? 'most strangers look as alike'
      : supported
        ? `one stranger in ${rounded(oneIn)} looks as alike`
        : `fewer than one stranger in ${rounded(oneIn)} looks as alike`;
  const worst = verdict === 'different' ? '' : worstGroupSentence(worstGroup);
  return `${BEGINNINGS[verdict]}: ${strangers}.${worst}`;
}

/** Two digits, since no rate is known better. */
function rounded(value: number): string {
  const step = 10 ** Math.max(0, Math.floor(Math.log10(value)) - 1);
  return (Math.floor(value / step) * step).toLocaleString('en-US');
}
