import { byPerson, type Candidates } from './candidates.js';
import { dot, similarPairs } from './similar-pairs.js';

/**
 * From this cosine on, two crops are of one picture. Measured with PocketNetS-128: copies at two thirds of the size and JPEG quality 60 score
 * 0.93 or more, two photos of one person 0.92 at the most (174 photos and 188 pairs of LFW).
 */
export const SAME_PICTURE = 0.92;

/** Of a photo with several faces, the one most like the person's other photos stays; the first ones say what the person looks like. */
export function chooseFaces({ all, templates, dimension }: Candidates): void {
  const centres = new Map<number, Float64Array>();
  for (const [i, { person, index }] of all.entries()) {
    if (person === undefined || index > 0) continue;
    const centre = centres.get(person) ?? new Float64Array(dimension);
    for (let at = 0; at < dimension; at++)
      centre[at] = (centre[at] as number) + (templates[i * dimension + at] as number); // inside
    centres.set(person, centre);
  }
  const best = new Map<number, { candidate: number; likeness: number }>();
  for (const [i, { person, photo, fate }] of all.entries()) {
    const centre = person === undefined ? undefined : centres.get(person);
    if (!centre || fate !== 'kept') continue;
    const likeness = centre.reduce((sum, value, at) => sum + value * (templates[i * dimension + at] as number), 0); // inside
    const before = best.get(photo);
    if (before === undefined || likeness > before.likeness) best.set(photo, { candidate: i, likeness });
  }
  for (const [i, candidate] of all.entries())
    if (candidate.person !== undefined && candidate.fate === 'kept' && best.get(candidate.photo)?.candidate !== i)
      candidate.fate = 'another-person';
}

/** Of pictures that are the same, the one with the largest face stays; under two names, none does. @param samePicture cosine from which on they are */
export function leaveOutDuplicates(
  { all, templates, dimension }: Candidates,
  nameOf: (person: number) => string,
  samePicture = SAME_PICTURE,
): void {
  const kept = all.flatMap(({ fate }, i) => (fate === 'kept' ? [i] : []));
  const own = new Float32Array(kept.length * dimension);
  for (const [at, i] of kept.entries()) own.set(templates.subarray(i * dimension, (i + 1) * dimension), at * dimension);
  const pairs = similarPairs(own, kept.length, samePicture).map(
    ([a, b]) => [kept[a] as number, kept[b] as number] as const, // indices of kept
  );
  for (const [i, j] of pairs) {
    const [a, b] = [all[i], all[j]];
    if (!a || !b || a.person === b.person) continue;
    for (const [one, other] of [[a, b] as const, [b, a] as const]) {
      one.fate = 'two-names';
      one.why = `Also under ${nameOf(other.person ?? 0)}.`;
    }
  }
  const largestFirst = pairs.toSorted(([i, j], [k, l]) => sideOf(k, l) - sideOf(i, j));
  for (const [i, j] of largestFirst) {
    const [a, b] = [all[i], all[j]];
    if (a?.fate !== 'kept' || b?.fate !== 'kept') continue;
    (b.side > a.side ? a : b).fate = 'near-duplicate';
  }
  function sideOf(i: number, j: number): number {
    return Math.max(all[i]?.side ?? 0, all[j]?.side ?? 0);
  }
}

/** Fewer say nothing about which of them is wrong. */
const FEWEST_TO_JUDGE = 3;

/**
 * A face goes out whose median cosine to the others of its name is one that strangers reach: of a person with three faces or more. Where that
 * is half of them or more, none of them can be told to be the person, and all go out.
 *
 * @param stranger cosine that one stranger in a hundred reaches
 */
export function leaveOutWrongNames(candidates: Candidates, stranger: number): void {
  const { all, templates, dimension } = candidates;
  for (const faces of byPerson(candidates).values()) {
    if (faces.length < FEWEST_TO_JUDGE) continue;
    const likeness = faces.map((i) => median(faces.filter((j) => j !== i).map((j) => dot(templates, dimension, i, j))));
    const wrong = faces.filter((_, at) => (likeness[at] as number) < stranger); // as many
    const isMixed = 2 * wrong.length >= faces.length;
    for (const [at, i] of faces.entries()) {
      const candidate = all[i];
      if (!candidate || !(isMixed || wrong.includes(i))) continue;
      candidate.fate = 'wrong-name';
      candidate.why = isMixed
        ? 'The faces of this name are not of one person.'
        : `Median cosine to the others: ${(likeness[at] as number).toFixed(2)}.`; // as many
    }
  }
}

/** People with fewer faces than asked for go out. */
export function leaveOutRarePeople(candidates: Candidates, fewest: number): void {
  for (const faces of byPerson(candidates).values())
    if (faces.length < fewest)
      for (const i of faces) {
        const candidate = candidates.all[i];
        if (candidate) candidate.fate = 'too-few';
      }
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] as number) + (sorted[Math.floor(middle)] as number)) / 2; // two at least
}
