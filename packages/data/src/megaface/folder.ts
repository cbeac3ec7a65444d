import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DataError } from '../data-error.js';
import { lastParts, readImageList, readNoiseList, readTemplateList } from './lists.js';

export interface MegaFaceFolderOptions {
  /**
   * Distractors to search among: 10, 100 … 1,000,000 have a list in the devkit. Unless said, the longest list that is there, or the
   * first million of `megaface_lst`; fewer than the protocol's million are told in the notes.
   */
  readonly distractors?: number;
  /** Which of the devkit's sets of distractors; 1. */
  readonly set?: number;
  /** Whether the noise lists are read; true. Without them only MegaFace can be measured, not MegaFace(R). */
  readonly noises?: boolean;
}

/** Which images MegaFace compares. Paths are relative to `facescrub_images` and `megaface_images`. */
export interface MegaFaceImages {
  /** All of `facescrub_lst`, of which MegaFace(R) makes its centres, `person/image`. */
  readonly faces: readonly string[];
  readonly identities: readonly string[];
  /** Places of the probes among the faces, in the order of the devkit's list. */
  readonly probes: readonly number[];
  /** `123/flickr id/image`. */
  readonly distractors: readonly string[];
  /** Marks of the noise lists; undefined without lists. */
  readonly noisy: { readonly faces: readonly boolean[]; readonly distractors: readonly boolean[] } | undefined;
  /** What is odd about the lists, in sentences. */
  readonly notes: readonly string[];
}

/**
 * Reads the lists of a MegaFace folder: `facescrub_lst`, `megaface_lst` and the noise lists of InsightFace's test pack, and the devkit's
 * `templatelists`, in the folder itself or in `devkit/`. Without the devkit's lists all of `facescrub_lst` are probes, and the first of
 * `megaface_lst` the distractors: the notes say so, since the numbers are then not those of the protocol.
 *
 * @throws DataError that names the list and the entry
 */
export function openMegaFaceFolder(folder: string, options: MegaFaceFolderOptions = {}): MegaFaceImages {
  const { distractors: wanted, set = 1, noises = true } = options;
  const notes: string[] = [];
  const faces = readImageList(join(folder, 'facescrub_lst'), 2);
  const identities = faces.map((path) => path.slice(0, path.indexOf('/')));
  const probes = probesOf(folder, faces, notes);
  const distractors = distractorsOf(folder, wanted ?? mostDistractors(folder, set, notes), set, notes);
  for (const [what, paths] of [
    ['images of facescrub_lst', faces],
    ['probes', probes],
    ['distractors', distractors],
  ] as const) {
    const repeated = paths.length - new Set<string | number>(paths).size;
    if (repeated > 0) notes.push(`${repeated} of ${paths.length} ${what} are listed more than once, and count so.`);
  }
  return {
    faces,
    identities,
    probes,
    distractors,
    noisy: noises ? marks(folder, faces, distractors, notes) : undefined,
    notes,
  };
}

function probesOf(folder: string, faces: readonly string[], notes: string[]): number[] {
  const file = templateList(folder, 'facescrub_features_list.json');
  if (file === undefined) {
    notes.push(
      `The devkit's facescrub_features_list.json is missing: all ${faces.length} images of facescrub_lst are probes.`,
    );
    return faces.map((_, i) => i);
  }
  const { path, id } = readTemplateList(file);
  const place = new Map(faces.map((face, i) => [face, i]));
  const unknown = path.filter((probe) => !place.has(lastParts(probe, 2) ?? ''));
  if (unknown.length > 0)
    throw new DataError({
      file,
      reason: `${unknown.length} of ${path.length} probes are not in facescrub_lst, the first being ${JSON.stringify(unknown[0])}`,
      remedy: 'Take both lists from the same release',
    });
  const probes = path.map((probe) => place.get(lastParts(probe, 2) ?? '') as number); // known, as just checked
  const other = id?.findIndex((person, i) => faces[probes[i] ?? -1]?.split('/')[0] !== person) ?? -1;
  if (other >= 0)
    throw new DataError({
      file,
      record: `"id", entry ${other}`,
      reason: `${JSON.stringify(id?.[other])} is not the folder of ${JSON.stringify(path[other])}`,
      remedy: 'Take the list from the devkit again',
    });
  return probes;
}

const PROTOCOL = 1_000_000;

/** What the folder has, where nobody says how many to search among. */
function mostDistractors(folder: string, set: number, notes: string[]): number {
  const lengths = templateFolders(folder)
    .filter(existsSync)
    .flatMap((lists) => readdirSync(lists))
    .flatMap((name) => {
      const [, length, number] = /^megaface_features_list\.json_(\d+)_(\d+)$/.exec(name) ?? [];
      return Number(number) === set ? [Number(length)] : [];
    });
  const most =
    lengths.length > 0
      ? Math.max(...lengths)
      : Math.min(PROTOCOL, readImageList(join(folder, 'megaface_lst'), 3).length);
  if (most < PROTOCOL)
    notes.push(`Searched among ${most.toLocaleString('en-US')} distractors; published numbers are of 1,000,000.`);
  return most;
}

function distractorsOf(folder: string, wanted: number, set: number, notes: string[]): string[] {
  if (!Number.isInteger(wanted) || wanted < 1)
    throw new RangeError(`${wanted} distractors cannot be searched. Ask for 1 or more.`);
  const name = `megaface_features_list.json_${wanted}_${set}`;
  const file = templateList(folder, name);
  if (file !== undefined) {
    const { path } = readTemplateList(file);
    if (path.length !== wanted) notes.push(`${name} lists ${path.length} distractors.`);
    return path.map((distractor) => lastParts(distractor, 3) ?? distractor);
  }
  const listed = readImageList(join(folder, 'megaface_lst'), 3);
  if (listed.length < wanted)
    throw new DataError({
      file: join(folder, 'megaface_lst'),
      reason: `lists ${listed.length} images, fewer than ${wanted} distractors, and the devkit's ${name} is missing`,
      remedy: `Ask for at most ${listed.length} distractors`,
    });
  notes.push(`The devkit's ${name} is missing: the first ${wanted} images of megaface_lst are the distractors.`);
  return listed.slice(0, wanted);
}

function marks(folder: string, faces: readonly string[], distractors: readonly string[], notes: string[]) {
  const noisyNames = readNoiseList(join(folder, 'facescrub_noises.txt'));
  const noisyPaths = readNoiseList(join(folder, 'megaface_noises.txt'));
  const marked = {
    faces: faces.map((path) => noisyNames.has(path.slice(path.indexOf('/') + 1))),
    distractors: distractors.map((path) => noisyPaths.has(path)),
  };
  const count = (of: readonly boolean[]) => of.filter(Boolean).length;
  notes.push(
    `The noise lists name ${noisyNames.size} faces and ${noisyPaths.size} distractors; ${count(marked.faces)} and ${count(marked.distractors)} of them are among these.`,
  );
  return marked;
}

const templateFolders = (folder: string): string[] => [
  join(folder, 'devkit', 'templatelists'),
  join(folder, 'templatelists'),
];

const templateList = (folder: string, name: string): string | undefined =>
  templateFolders(folder)
    .map((lists) => join(lists, name))
    .find((file) => existsSync(file));
