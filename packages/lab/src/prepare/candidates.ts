/** What becomes of a face or a photo: kept, or why not. A line here, and the report has a row and a sheet for it. */
export const FATES = {
  kept: 'Kept.',
  unreadable: 'The photo could not be read.',
  'no-face': 'No face was found.',
  quality: 'Too small, blurred, dark, turned or cut off.',
  'another-person': 'Somebody else in a photo of the person.',
  'near-duplicate': 'The same picture as another that is kept: copied, resized, compressed, or the next frame.',
  'two-names': 'The same picture under two names.',
  'wrong-name': 'Looks like a stranger beside the other faces of that name.',
  'too-few': 'Of a person with too few faces left.',
} as const;

export type Fate = keyof typeof FATES;

/** A face that may become a record. */
export interface Candidate {
  readonly photo: number;
  /** Where the journal keeps what was found out of the photo, and which of its faces this is. */
  readonly place: number;
  readonly index: number;
  readonly side: number;
  /** Number of the person; undefined without labels. */
  readonly person: number | undefined;
  fate: Fate;
  /** What the sentence of the fate does not say. */
  why?: string;
}

/** A candidate, or a photo that has none. */
export type Outcome =
  | Candidate
  | { readonly photo: number; readonly fate: 'unreadable' | 'no-face'; readonly why?: string };

/** All candidates with their templates, side by side. */
export interface Candidates {
  readonly all: readonly Candidate[];
  readonly templates: Float32Array;
  readonly dimension: number;
}

/** The candidates that are still kept, by person. */
export function byPerson({ all }: Candidates): Map<number, number[]> {
  const people = new Map<number, number[]>();
  for (const [i, { person, fate }] of all.entries()) {
    if (person === undefined || fate !== 'kept') continue;
    const faces = people.get(person);
    if (faces) faces.push(i);
    else people.set(person, [i]);
  }
  return people;
}
