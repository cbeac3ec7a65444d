import { DataError } from '../data-error.js';
import { readWhole } from '../formats/random-access-file.js';
import { failAt, readLines } from '../lists/lines.js';

const LARGEST_LIST = 256 * 2 ** 20;

/** Images of a list and, where it has them, their identities. */
export interface TemplateListFile {
  readonly path: readonly string[];
  readonly id: readonly string[] | undefined;
}

/**
 * Reads a list of the devkit's `templatelists`: a JSON object with an array `path` and, in the list of probes, a parallel
 * array `id`. @throws DataError that names the file and the entry
 */
export function readTemplateList(file: string): TemplateListFile {
  const fail = (reason: string, record?: string): never => {
    throw new DataError({ file, record, reason, remedy: 'Take the list from the devkit’s templatelists again' });
  };
  const text = Buffer.from(readWhole(file, LARGEST_LIST)).toString('utf8');
  const parsed = parseJson(text) ?? fail('is no JSON object');
  const strings = (key: string): readonly string[] | undefined => {
    const values = parsed[key];
    if (values === undefined) return undefined;
    if (!Array.isArray(values) || values.length === 0) return fail('is no array with entries', `"${key}"`);
    const wrong = values.findIndex((value) => typeof value !== 'string' || value === '' || leavesFolder(value));
    if (wrong >= 0) fail(`${JSON.stringify(values[wrong])} is no name within a folder`, `"${key}", entry ${wrong}`);
    return values;
  };
  const path = strings('path') ?? fail('has no array "path"');
  const id = strings('id');
  if (id !== undefined && id.length !== path.length)
    fail(`has ${path.length} paths and ${id.length} identities, which should be as many`);
  return { path, id };
}

/**
 * Reads a list of the InsightFace test pack, `facescrub_lst` or `megaface_lst`: an image a line, of which the last parts are the path
 * within the images' folder: 2 (`person/image`) or 3 (`123/flickr id/image`).
 *
 * @throws DataError that names the line
 */
export function readImageList(file: string, parts: 2 | 3): string[] {
  return readLines(file).map((line) => {
    const path = lastParts(line.text, parts);
    if (path === undefined)
      return failAt(file, line, `has fewer than ${parts} parts`, 'Take the list from the test pack again');
    if (leavesFolder(path))
      return failAt(file, line, 'leads out of the folder', 'Take the list from the test pack again');
    return path;
  });
}

/**
 * Reads a noise list, `facescrub_noises.txt` (image names) or `megaface_noises.txt` (paths), as a set: lines that start with `#` are
 * comments, and where a line holds a tab the second field counts. Duplicates do not matter. A list of comments only is empty.
 */
export function readNoiseList(file: string): Set<string> {
  const lines = Buffer.from(readWhole(file, LARGEST_LIST)).toString('utf8').split(/\r?\n/);
  const names = lines.map((line) => (line.includes('\t') ? (line.split('\t')[1] ?? '') : line).trim());
  return new Set(names.filter((name) => name !== '' && !name.startsWith('#')));
}

/** The last parts of a path, joined by `/`; undefined where it has fewer. */
export function lastParts(path: string, parts: number): string | undefined {
  const all = path.split(/[/\\]/).filter((part) => part !== '' && part !== '.');
  return all.length < parts ? undefined : all.slice(-parts).join('/');
}

const leavesFolder = (path: string): boolean => path.startsWith('/') || path.split(/[/\\]/).includes('..');

function parseJson(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
