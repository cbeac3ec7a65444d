import type { StoredTemplate } from '../../template.js';
import { checkShare, checkTemplate, presentIn } from '../check.js';
import { dot } from '../dot.js';
import { DOUBT } from './decide.js';
import type { SearchIn } from './identify.js';
import type { StrangersRate, Threshold } from './strangers.js';

export interface VerifyOptions {
  /** Share of strangers who may be taken for the person; 0.001 unless said. Ten times as many may leave it unsure. */
  readonly fmr?: number;
}

export interface Verification {
  readonly decision: 'match' | 'unsure' | 'unknown';
  /** With their nearest template; undefined where they have none of this model. */
  readonly cosine?: number;
  readonly threshold?: Threshold;
  /** How often a stranger is as near to one of their templates. */
  readonly strangers?: StrangersRate;
  readonly because: string;
}

export function verify(
  { state, strangers, now }: SearchIn,
  id: string,
  query: StoredTemplate,
  { fmr = 0.001 }: VerifyOptions,
): Verification {
  checkTemplate(query, state);
  checkShare('An FMR', fmr);
  const person = presentIn(state, id, now);
  const cosines = person.templates.flatMap((template) => {
    const known = state.template(template);
    return known?.model === query.model ? [dot(known.vector, query.vector)] : [];
  });
  if (cosines.length === 0)
    return { decision: 'unsure', because: `${person.name} has no template of this model. Enrol them again.` };
  const cosine = Math.max(...cosines);
  const threshold = strangers?.thresholdFor(fmr, cosines.length);
  if (!strangers || !threshold)
    return { decision: 'unsure', cosine, because: 'Nothing is known about how often strangers come so near.' };
  const doubt = strangers.thresholdFor(Math.max(fmr, Math.min(0.5, DOUBT * fmr)), cosines.length) ?? threshold;
  const decision = cosine >= threshold.high ? 'match' : cosine >= doubt.low ? 'unsure' : 'unknown';
  const words = { match: 'It is', unsure: 'It may be', unknown: 'It is not' }[decision];
  return {
    ...{ decision, cosine, threshold },
    strangers: strangers.rateAt(cosine, cosines.length),
    because: `${words} ${person.name}: ${cosine.toFixed(3)}, and a match needs ${threshold.cosine.toFixed(3)}.`,
  };
}
