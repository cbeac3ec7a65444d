import { dirname, relative, sep } from 'node:path';
import { writeFaces } from '@pocketnet/data';
import { crc32c } from '@pocketnet/files';
import { writeFileAtomic } from '@pocketnet/files/node';
import { type Journal, openPool, photosIn, withJournal } from 'pocketnet/batch';
import type { Candidate, Candidates, Outcome } from './candidates.js';
import { chooseFaces, leaveOutDuplicates, leaveOutRarePeople, leaveOutWrongNames } from './decide.js';
import { type Examined, type ExamineOptions, examine } from './examined.js';
import { countsOf, type FateCounts, leftOut, reportOf } from './report.js';

export interface PrepareOptions extends ExamineOptions {
  /** Plans of the detector and of the network that judges. */
  readonly detector: Uint8Array;
  readonly embedder: Uint8Array;
  readonly engine?: 'fastest' | 'strict';
  readonly workers: number;
  /** Whether folders are people; by default where all photos lie in folders. */
  readonly labelled?: boolean;
  /** Cosine from which on two crops are of one picture; 0.92 unless said, which is PocketNetS-128's. */
  readonly samePicture?: number;
  /** Fewest faces of a person; 1 unless said. */
  readonly minImages?: number;
  readonly onProgress?: (done: number, total: number, begun: number) => void;
}

/** What came of it. */
export interface Prepared {
  readonly out: string;
  readonly report: string;
  /** What became of every photo and face: a line of JSON each. */
  readonly list: string;
  readonly photos: number;
  readonly images: number;
  /** 0 without labels. */
  readonly identities: number;
  readonly fates: FateCounts;
  readonly seconds: number;
  /** Photos that this run looked at: the others it found in the journal. */
  readonly examined: number;
}

/**
 * Makes a training set of a folder of photos: faces found, aligned and judged; near-duplicates, wrong names and other people left out; packed.
 * What is found out of each photo goes into a journal beside the set, so that a run that was killed goes on where it was.
 *
 * @param folder photos; a folder in it is a person
 * @param out the `.rec` to write; its report (`.html`) and what became of every face (`.jsonl`) beside it
 * @throws an Error where the folder has no photos, or lies half in folders of people
 */
export async function prepare(folder: string, out: string, options: PrepareOptions): Promise<Prepared> {
  const begun = performance.now();
  const { detector, embedder, engine = 'fastest', workers, quality, minFace } = options;
  const photos = photosIn([folder]);
  const people = options.labelled === false ? undefined : peopleOf(folder, photos, options.labelled);
  const pool = await openPool(Math.min(workers, photos.length), { detector, embedder, engine });
  try {
    const about = {
      prepare: out,
      photos: digestOf(photos),
      model: pool.first.model,
      quality,
      minFace: minFace ?? null,
    };
    const places = new Map<number, number>();
    const keep = ({ photo }: Examined, place: number) => places.set(photo, place);
    return await withJournal(`${out}.journal`, about, keep, async (journal) => {
      const waiting = [...photos.keys()].filter((photo) => !places.has(photo));
      const known = places.size;
      await pool.each(
        waiting,
        (pocketnet, photo) => examine(pocketnet, photo, photos[photo] as string, options), // one of its keys
        (examined) => {
          places.set(examined.photo, journal.add(examined));
          options.onProgress?.(places.size, photos.length, known);
        },
      );
      const { candidates, outcomes } = gather(journal, photos, places, people);
      const nameOf = (person: number): string => people?.names[person] ?? '';
      chooseFaces(candidates);
      leaveOutDuplicates(candidates, nameOf, options.samePicture);
      if (people && pool.first.rates) leaveOutWrongNames(candidates, pool.first.thresholds().usual);
      leaveOutRarePeople(candidates, options.minImages ?? 1);

      const cropOf = ({ place, index }: Candidate): Uint8Array =>
        Buffer.from(journal.read(place).faces[index]?.crop ?? '', 'base64');
      const kept = candidates.all.filter(({ fate }) => fate === 'kept');
      if (kept.length === 0) throw new Error(`${folder}: no face is left to pack: ${leftOut(countsOf(outcomes))}`);
      const faces = kept.map((candidate) => ({
        identity: candidate.person ?? 0,
        name: relative(folder, photos[candidate.photo] as string), // one of its keys
        image: () => cropOf(candidate),
      }));
      const written = writeFaces(out, faces, { isLabelled: people !== undefined });
      const list = besides(out, '.jsonl');
      writeFileAtomic(list, linesOf(outcomes, photos, nameOf));
      const fates = countsOf(outcomes);
      const seconds = (performance.now() - begun) / 1000;
      const report = besides(out, '.html');
      const facts = { out, photos: photos.length, ...written, fates, seconds, folder };
      writeFileAtomic(
        report,
        reportOf(facts, outcomes, (candidate) => ({ crop: cropOf(candidate), file: photos[candidate.photo] ?? '' })),
      );
      return { out, report, list, photos: photos.length, ...written, fates, seconds, examined: waiting.length };
    });
  } finally {
    pool.close();
  }
}

interface People {
  readonly names: readonly string[];
  /** Of every photo. */
  readonly person: readonly number[];
}

/** Whose folder each photo lies in: the first below `folder`. Undefined where none lies in one. */
function peopleOf(folder: string, photos: readonly string[], asked: boolean | undefined): People | undefined {
  const parts = photos.map((photo) => relative(folder, photo).split(sep));
  const loose = parts.filter((each) => each.length === 1).length;
  const [first = ''] = parts.find((each) => each.length === 1) ?? [];
  if (loose === photos.length && asked !== true) return undefined;
  if (loose > 0)
    throw new Error(
      `${folder}: ${loose} of ${photos.length} photos lie in no person's folder, such as ${first}. Move them into folders by person, or pack all without labels (--unlabelled).`,
    );
  const names = [...new Set(parts.map(([name = '']) => name))];
  const numbers = new Map(names.map((name, i) => [name, i]));
  return { names, person: parts.map(([name = '']) => numbers.get(name) ?? 0) };
}

/** What the journal holds, in the order of the photos. */
function gather(
  journal: Journal<Examined>,
  photos: readonly string[],
  places: ReadonlyMap<number, number>,
  people: People | undefined,
): { candidates: Candidates; outcomes: Outcome[] } {
  const all: Candidate[] = [];
  const outcomes: Outcome[] = [];
  const vectors: Buffer[] = [];
  for (const photo of photos.keys()) {
    const place = places.get(photo) as number; // all are there by now
    const { faces, problem } = journal.read(place);
    if (problem !== undefined) outcomes.push({ photo, fate: 'unreadable', why: problem });
    else if (faces.length === 0) outcomes.push({ photo, fate: 'no-face' });
    for (const [index, { side, reasons, template }] of faces.entries()) {
      const person = people?.person[photo];
      const candidate: Candidate = { photo, place, index, side, person, fate: reasons.length > 0 ? 'quality' : 'kept' };
      if (reasons.length > 0) candidate.why = reasons.join(' ');
      all.push(candidate);
      outcomes.push(candidate);
      vectors.push(Buffer.from(template, 'base64'));
    }
  }
  const dimension = (vectors[0]?.length ?? 0) / 4;
  const templates = new Float32Array(all.length * dimension);
  const bytes = new Uint8Array(templates.buffer);
  for (const [i, vector] of vectors.entries()) bytes.set(vector, 4 * dimension * i);
  return { candidates: { all, templates, dimension }, outcomes };
}

function* linesOf(
  outcomes: readonly Outcome[],
  photos: readonly string[],
  nameOf: (person: number) => string,
): Generator<Uint8Array> {
  for (const outcome of outcomes) {
    const { photo, fate, why } = outcome;
    const face = 'index' in outcome ? { face: outcome.index, side: outcome.side } : {};
    const person = 'person' in outcome && outcome.person !== undefined ? { person: nameOf(outcome.person) } : {};
    yield Buffer.from(
      `${JSON.stringify({ file: photos[photo], ...face, ...person, fate, ...(why !== undefined && { why }) })}\n`,
    );
  }
}

const besides = (out: string, ending: string): string =>
  out.endsWith('.rec') ? out.replace(/\.rec$/, `.prepared${ending}`) : `${dirname(out)}/prepared${ending}`;

const digestOf = (photos: readonly string[]): string =>
  `${photos.length} ${(crc32c(Buffer.from(photos.join('\n'))) >>> 0).toString(16)}`;
