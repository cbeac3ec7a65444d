import { join, posix } from 'node:path';
import { ImageFinder } from '../benchmarks/images.js';
import { DataError } from '../data-error.js';
import { writePairs } from '../formats/pairs.js';
import { readWhole } from '../formats/random-access-file.js';
import type { ListLine } from '../lists/lines.js';
import { checkStated, readPairsList } from '../lists/pairs-list.js';
import { decodePicture } from '../picture/decode.js';
import type { PackOptions } from './pack-faces.js';

/**
 * Packs a list of pairs of aligned crops into InsightFace's `.bin`. Each crop goes in once and as it is, however many
 * pairs use it.
 *
 * @param list LFW's `pairs.txt`, lines of `pathA pathB 0|1`, or CALFW's: see {@link readPairsList}; paths are from `folder`
 * @returns also the folds, where the list states them
 * @throws DataError that names the line of a photo which is missing, damaged or outside of `folder`.
 */
export async function packPairs(
  folder: string,
  list: string,
  out: string,
  { onProgress }: PackOptions = {},
): Promise<{ pairs: number; same: number; images: number; folds?: number }> {
  const content = readPairsList(list);
  checkStated(list, content);
  const { pairs, stated } = content;
  const finder = new ImageFinder(folder);
  const loaded = new Map<string, Uint8Array>();
  const load = async (photo: string, line: ListLine): Promise<Uint8Array> => {
    const bytes = loaded.get(photo) ?? (await loadCrop(folder, finder, photo, list, line));
    loaded.set(photo, bytes);
    return bytes;
  };
  const images: Uint8Array[] = [];
  for (const [i, { first, second, line }] of pairs.entries()) {
    images.push(await load(first, line), await load(second, line));
    onProgress?.(i + 1, pairs.length);
  }
  const same = pairs.map((pair) => pair.same);
  writePairs(out, { images, same });
  const counts = { pairs: pairs.length, same: same.filter(Boolean).length, images: loaded.size };
  return { ...counts, ...(stated && { folds: stated.folds }) };
}

async function loadCrop(
  folder: string,
  finder: ImageFinder,
  photo: string,
  list: string,
  line: ListLine,
): Promise<Uint8Array> {
  const where = posix.normalize(photo);
  if (where.startsWith('..') || posix.isAbsolute(where)) {
    const reason = `${photo} lies outside of ${folder}`;
    throw new DataError({ file: list, record: `line ${line.number}`, reason, remedy: 'Write paths from that folder' });
  }
  const found = finder.find(photo);
  if (found === undefined) {
    const reason = `there is no ${photo} (.jpg, .png, …) in ${folder}`;
    const remedy = 'Add the photo or take the pair out';
    throw new DataError({ file: list, record: `line ${line.number}`, reason, remedy });
  }
  const path = join(folder, found);
  const bytes = readWhole(path);
  await decodePicture(bytes, { file: path });
  return bytes;
}
