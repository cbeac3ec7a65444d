import { identification } from '../identification/identification.js';
import type { ScanOptions } from '../identification/scan.js';
import { type Matrix, takeRows } from '../matrix.js';
import type { ProblemCounter } from '../problem.js';
import { placeFinder } from './groups.js';
import type { Templates } from './pool.js';

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
  const place = placeFinder(ids);
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
  if (rows.length === 0) throw new Error(`No template of the list ${name} has a usable face. Check its template ids.`);
  return { features: takeRows(features, rows), subject: Int32Array.from(subjects), absent };
}

/** How the search for a mated probe ended. */
export interface Mate {
  /** 1 + the gallery's others that score as high or higher. */
  readonly rank: number;
  readonly score: number;
}

const NEVER = Number.NEGATIVE_INFINITY;

/** The mates of the mated probes, and the best scores of the others. A template without features scores −Infinity. */
export function searchGallery(
  gallery: Enrolled,
  probes: Enrolled,
  options: ScanOptions,
): { mates: Mate[]; strangers: number[] } {
  const { mateScore, rank, bestOther } = identification(
    { probes: probes.features, probeIds: probes.subject, gallery: gallery.features, galleryIds: gallery.subject },
    { ...options, ties: 'against' },
  );
  const people = new Set([...gallery.subject, ...gallery.absent]);
  const mates: Mate[] = [];
  const strangers: number[] = [];
  for (const [probe, person] of probes.subject.entries()) {
    const score = mateScore[probe] as number; // one a probe
    if (!Number.isNaN(score)) mates.push({ rank: rank[probe] as number, score });
    else if (people.has(person)) mates.push({ rank: Infinity, score: NEVER });
    else strangers.push(bestOther[probe] as number);
  }
  for (const person of probes.absent) {
    if (people.has(person)) mates.push({ rank: Infinity, score: NEVER });
    else strangers.push(NEVER);
  }
  return { mates, strangers };
}
