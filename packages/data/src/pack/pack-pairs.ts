import { existsSync } from 'node:fs';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { DataError } from '../data-error.js';
import { writePairs } from '../formats/pairs.js';
import { readWhole } from '../formats/random-access-file.js';
import { type PackOptions, readCropHeader } from './pack-folder.js';
import { readPairsList } from './pairs-list.js';

/**
 * Packs a list of pairs of aligned crops into InsightFace's `.bin`. Each crop goes in once and as it is, however many
 * pairs use it.
 *
 * @param list LFW's `pairs.txt` or lines of `pathA pathB 0|1`: see {@link readPairsList}; paths are from `folder`
 * @throws DataError that names the line of a photo which is missing, damaged or outside of `folder`.
 */
export function packPairs(
  folder: string,
  list: string,
  out: string,
  { onProgress }: PackOptions = {},
): { pairs: number; same: number; images: number } {
  const pairs = readPairsList(list);
  const loaded = new Map<string, Uint8Array>();
  const load = (photo: string, line: number): Uint8Array => {
    const bytes = loaded.get(photo) ?? loadCrop(folder, photo, list, line);
    loaded.set(photo, bytes);
    return bytes;
  };
  const images = pairs.flatMap(({ first, second, line }, i) => {
    const both = [load(first, line), load(second, line)];
    onProgress?.(i + 1, pairs.length);
    return both;
  });
  const same = pairs.map((pair) => pair.same);
  writePairs(out, { images, same });
  return { pairs: pairs.length, same: same.filter(Boolean).length, images: loaded.size };
}

function loadCrop(folder: string, photo: string, list: string, line: number): Uint8Array {
  const path = findPhoto(folder, photo, list, line);
  const bytes = readWhole(path);
  readCropHeader(path, bytes);
  return bytes;
}

/** LFW's lists leave the extension out. */
const EXTENSIONS = ['', '.jpg', '.jpeg', '.png', '.JPG', '.PNG'];

function findPhoto(folder: string, photo: string, list: string, line: number): string {
  const inFolder = relative(resolve(folder), resolve(folder, photo));
  if (inFolder.startsWith('..') || isAbsolute(inFolder)) {
    const remedy = 'Write paths from that folder';
    throw new DataError({ file: list, record: `line ${line}`, reason: `${photo} lies outside of ${folder}`, remedy });
  }
  const found = EXTENSIONS.map((extension) => join(folder, inFolder + extension)).find((path) => existsSync(path));
  if (found !== undefined) return found;
  const reason = `there is no ${photo} (.jpg, .jpeg, .png) in ${folder}`;
  throw new DataError({ file: list, record: `line ${line}`, reason, remedy: 'Add the photo or take the pair out' });
}
