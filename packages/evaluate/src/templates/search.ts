import { type ScanOptions, ScoreScan } from '../identification/scan.js';
import { similarity } from '../identification/similarity.js';
import type { Matrix } from '../matrix.js';
import { placesOf } from './groups.js';
import type { Templates } from './pool.js';
import type { ProblemCounter } from './problem.js';

/** Templates and the person each shows: one gallery's, or the probes'. */
export interface TemplateList {
  readonly name: string;
  readonly template: Int32Array;
  readonly subject: Int32Array;
}

/** A list of templates, ready to be compared. */
export interface Enrolled {
  /** Features of the templates that have some. */
  readonly features: Matrix;
  /** Who each row of the features is. */
  readonly subject: Int32Array;
  /** Who the templates without features are. */
  readonly absent: readonly number[];
}

/** @throws Error when the list is empty, or holds no template with features */
export function enrol({ ids, usable, features }: Templates, list: TemplateList, unknown: ProblemCounter): Enrolled {
  const { name, template, subject } = list;
  if (template.length === 0) throw new Error(`The list ${name} is empty.`);
  if (template.length !== subject.length)
    throw new Error(`The list ${name} holds ${template.length} templates and ${subject.length} subjects.`);
  const place = placesOf(ids);
  const rows: number[] = [];
  const subjects: number[] = [];
  const absent: number[] = [];
  for (const [k, id] of template.entries()) {
    const row = place(id);
    const person = subject[k] ?? 0;
    if (usable[row] === 1) {
      rows.push(row);
      subjects.push(person);
    } else {
      unknown.add(() => `${name}: ${id}`);
      absent.push(person);
    }
  }
  if (rows.length === 0) throw new Error(`No template of the list ${name} has a usable face. Check its ids.`);
  return { features: takeRows(features, rows), subject: Int32Array.from(subjects), absent };
}

function takeRows({ cols, data }: Matrix, rows: readonly number[]): Matrix {
  const taken = new Float64Array(rows.length * cols);
  for (const [k, row] of rows.entries()) taken.set(data.subarray(row * cols, (row + 1) * cols), k * cols);
  return { rows: rows.length, cols, data: taken };
}

/** How the search for a mated probe ended. */
export interface Mate {
  /** 1 + the gallery's others that score as high or higher. */
  readonly rank: number;
  readonly score: number;
}

const NEVER = Number.NEGATIVE_INFINITY;

/** The mates of the mated probes, and the best scores of the others. A template without features scores −Infinity. */
export function searchGallery(gallery: Enrolled, probes: Enrolled, options: ScanOptions) {
  const enrolled = new Map<number, number[]>(Array.from(gallery.absent, (person) => [person, []]));
  for (const [row, person] of gallery.subject.entries()) enrolled.set(person, [...(enrolled.get(person) ?? []), row]);
  const scan = new ScoreScan(probes.features, options);

  // Of a mated probe its mate's score, which others may reach; of another the best score so far.
  const isMated = Array.from(probes.subject, (person) => enrolled.has(person));
  const level = Float64Array.from(probes.subject, (person, probe) =>
    (enrolled.get(person) ?? []).reduce(
      (best, row) => Math.max(best, similarity('dot', probes.features, probe, gallery.features, row)),
      NEVER,
    ),
  );
  const reached = new Uint32Array(level.length);
  scan.floors.set(level);
  scan.add(gallery.features, (probe, row, score, error) => {
    const bar = level[probe] as number; // one for each probe
    if (isMated[probe]) {
      if (gallery.subject[row] === probes.subject[probe]) return;
      if (score - error > bar || scan.exact(probe, row) >= bar) reached[probe] = (reached[probe] as number) + 1;
    } else if (score + error > bar) {
      level[probe] = Math.max(bar, scan.exact(probe, row));
      scan.floors[probe] = level[probe] as number;
    }
  });

  const mates: Mate[] = [];
  const strangers: number[] = [];
  for (const [probe, mated] of isMated.entries()) {
    const score = level[probe] as number;
    if (mated) mates.push({ rank: score === NEVER ? Infinity : 1 + (reached[probe] as number), score });
    else strangers.push(score);
  }
  for (const person of probes.absent) {
    if (enrolled.has(person)) mates.push({ rank: Infinity, score: NEVER });
    else strangers.push(NEVER);
  }
  return { mates, strangers };
}
