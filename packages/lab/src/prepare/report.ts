import { basename } from 'node:path';
import { htmlReport, type ReportImage } from '@pocketnet/evaluate';
import { type Candidate, FATES, type Fate, type Outcome } from './candidates.js';

export type FateCounts = Readonly<Record<Fate, number>>;

/** How many faces, and photos without one, came to what. */
export function countsOf(outcomes: readonly Outcome[]): FateCounts {
  const counts = Object.fromEntries(fates.map((fate) => [fate, 0])) as Record<Fate, number>;
  for (const { fate } of outcomes) counts[fate] += 1;
  return counts;
}

const fates = Object.keys(FATES) as Fate[];

/** `2 unreadable (The photo could not be read.), …` */
export const leftOut = (counts: FateCounts): string =>
  fates
    .filter((fate) => fate !== 'kept' && counts[fate] > 0)
    .map((fate) => `${counts[fate]} ${fate} (${FATES[fate]})`)
    .join(', ');

/** Faces on a sheet. */
const SHEET = 48;

interface Facts {
  readonly folder: string;
  readonly out: string;
  readonly photos: number;
  readonly images: number;
  readonly identities: number;
  readonly fates: FateCounts;
  readonly seconds: number;
}

/** A page with the counts, and a sheet of faces for everything that can become of them, drawn evenly from all. */
export function reportOf(
  { folder, out, photos, images, identities, fates: counts, seconds }: Facts,
  outcomes: readonly Outcome[],
  pictureOf: (candidate: Candidate) => { crop: Uint8Array; file: string },
): string {
  const sheets = fates.flatMap((fate) => {
    const faces = outcomes.filter((each): each is Candidate => each.fate === fate && 'index' in each);
    if (faces.length === 0) return [];
    const step = Math.max(1, faces.length / SHEET);
    const shown = Array.from(
      { length: Math.min(SHEET, faces.length) },
      (_, i) => faces[Math.floor(i * step)] as Candidate,
    ); // inside
    const pictures = shown.map((face): ReportImage => {
      const { crop, file } = pictureOf(face);
      return { bytes: crop, caption: [basename(file), face.why].filter(Boolean).join(': ') };
    });
    const text = `${FATES[fate]} ${faces.length} faces${faces.length > shown.length ? `, of which ${shown.length} are shown` : ''}.`;
    return [{ heading: fate, text, images: pictures }];
  });
  return htmlReport({
    title: `Prepared: ${basename(out)}`,
    lead: `Of ${photos} photos in ${folder}, ${images} faces${identities > 0 ? ` of ${identities} people` : ''} were packed into ${out}. A network chose them; look at what it left out.`,
    tiles: [
      { value: String(images), label: 'faces packed' },
      ...(identities > 0 ? [{ value: String(identities), label: 'people' }] : []),
      { value: (photos / seconds).toPrecision(3), label: 'photos a second' },
    ],
    sections: [
      {
        heading: 'What became of them',
        table: {
          columns: ['', 'faces, or photos without one', 'what it means'],
          rows: fates.filter((fate) => counts[fate] > 0).map((fate) => [fate, counts[fate], FATES[fate]]),
        },
      },
      ...sheets,
    ],
  });
}
