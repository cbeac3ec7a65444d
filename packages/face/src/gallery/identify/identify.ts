import type { StoredTemplate } from '../../template.js';
import { checkCount, checkShare, checkTemplate } from '../check.js';
import { checkFace, type Face } from '../face.js';
import { expiryOf } from '../state/retention.js';
import type { CorrectionState, GalleryState, PersonState, TemplateState } from '../state/state.js';
import { type Candidate, decide, type Verdict } from './decide.js';
import { type Nearest, nearestPeople } from './search-people.js';
import { type Strangers, usualFpir } from './strangers.js';

export interface IdentifyOptions {
  /** Most candidates; 5 unless said. */
  readonly topK?: number;
  /** Share of strangers' searches that may end in a match. Unless said 0.01, and in galleries of less than ten templates 0.001 for each. */
  readonly fpir?: number;
  /** Two people whose cosines differ by less are too near for a match; 0.05 unless said. */
  readonly margin?: number;
  /** Where the face was seen: what users said of it holds. */
  readonly face?: Face;
}

export interface Identification extends Verdict {
  /** Id of the person: of a match only. */
  readonly person?: string;
  /** The nearest people, best first. */
  readonly candidates: readonly Candidate[];
  /** Templates that were searched. */
  readonly searched: number;
  /** People who could not be found since they have no template of this model. */
  readonly without: number;
}

/** What a search needs of its gallery. */
export interface SearchIn {
  readonly state: GalleryState;
  readonly nearest: (query: StoredTemplate, count: number) => ReturnType<Nearest>;
  readonly strangers: Strangers | undefined;
  readonly now: number;
}

/** @param taken people who are others of the same photo */
export async function identify(
  { state, nearest, strangers, now }: SearchIn,
  query: StoredTemplate,
  { topK = 5, fpir: asked, margin = 0.05, face }: IdentifyOptions,
  taken: ReadonlySet<string> = new Set(),
): Promise<Identification> {
  checkTemplate(query, state);
  checkCount('A topK', topK);
  if (asked !== undefined) checkShare('An FPIR', asked);
  if (face) checkFace(face);
  const corrections = face ? state.correctionsOf(face) : [];
  const refused = new Set(corrections.flatMap(({ says, person }) => (says === 'is not' && person ? [person] : [])));
  const correction = corrections.find(({ says }) => says !== 'is not');
  const n = state.searches.get(query.model)?.size ?? 0;
  const fpir = asked ?? usualFpir(n);
  const present = (id: string | undefined): PersonState | undefined => {
    const person = state.people.get(id ?? '');
    return person && !taken.has(person.id) && expiryOf(state, person) > now ? person : undefined;
  };
  const allowed = (template: TemplateState): boolean =>
    present(template.person) !== undefined && !refused.has(template.person) && !excluded(state, template);
  const told = correction?.says === 'is' ? present(correction.person) : undefined;
  // One more than asked for, since the two best are compared.
  const found =
    n === 0 ? [] : await nearestPeople(state, (count) => nearest(query, count), n, Math.max(2, topK), allowed);
  const candidates = found.map(({ person, template, cosine }): Candidate => {
    const name = state.people.get(person)?.name ?? '';
    const shown = { person, name, template, cosine };
    return strangers ? { ...shown, strangers: strangers.rateAt(cosine, n) } : shown;
  });
  const verdict = said(correction, told) ?? decide(candidates, strangers, { fpir, margin, n });
  const named = told?.id ?? candidates[0]?.person;
  return {
    ...verdict,
    ...(verdict.decision === 'match' && named !== undefined ? { person: named } : {}),
    candidates: candidates.slice(0, topK),
    searched: n,
    without: state.peopleWithout(query.model),
  };
}

/** What a user said of the face stands above what the network says. */
function said(correction: CorrectionState | undefined, told: PersonState | undefined): Verdict | undefined {
  if (correction?.says === 'not a face') return { decision: 'unknown', because: 'A user said that this is no face.' };
  if (correction?.says === 'ignore') return { decision: 'unknown', because: 'A user said to ignore this face.' };
  return told && { decision: 'match', because: `A user said that this is ${told.name}.` };
}

/** A template whose face was said to be somebody else's, or none, does not count while that stands. */
function excluded(state: GalleryState, { face, person }: TemplateState): boolean {
  if (!face) return false;
  return state
    .correctionsOf(face)
    .some(({ says, person: whom }) => (says === 'is not' ? whom === person : whom !== person));
}
