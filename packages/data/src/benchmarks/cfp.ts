import { existsSync, readdirSync } from 'node:fs';
import { join, posix } from 'node:path';
import { DataError, namingFile } from '../data-error.js';
import { failAt, isWhole, readLines } from '../lists/lines.js';
import type { BenchmarkSet, ListedBenchmarkPair } from './benchmark.js';
import { cfpFiducials } from './cfp-fiducials.js';

/** Which of the two protocols: frontal with frontal, or frontal with profile. */
type Split = 'FF' | 'FP';

/**
 * A protocol of Celebrities in Frontal-Profile (Sengupta et al. 2016): folders of folds, `Protocol/Split/FP/01/{same,diff}.txt`,
 * whose lines `a,b` are numbers in `Pair_list_F.txt` and, for the b of FP, in `Pair_list_P.txt`.
 */
export function cfpProtocol(name: string, title: string, split: Split): BenchmarkSet {
  const frontalList = 'Protocol/Pair_list_F.txt';
  return {
    name,
    title,
    about: `Celebrities in Frontal-Profile, frontal with ${split === 'FF' ? 'frontal' : 'profile'}.`,
    folds: 10,
    lists: [frontalList],
    imageFolders: ['.'],
    readPairs(folder, list) {
      const frontal = readPhotoList(list);
      const other = split === 'FF' ? frontal : readPhotoList(join(folder, 'Protocol/Pair_list_P.txt'));
      return readFolds(join(folder, 'Protocol/Split', split), frontal, other);
    },
    person: (image) => image.split('/').at(-3) ?? image,
    landmarks: cfpFiducials,
  };
}

/** The photos of a list, by their numbers in it. */
interface PhotoList {
  path: string;
  photos: ReadonlyMap<number, string>;
}

/** Lines `number ../Data/Images/001/frontal/01.jpg`, the path from `Protocol/`. */
function readPhotoList(path: string): PhotoList {
  const photos = new Map<number, string>();
  for (const line of readLines(path)) {
    const cut = /^(\d{1,9})\s+(\S.*)$/.exec(line.text);
    const [, number, photo] = cut ?? [];
    if (number === undefined || photo === undefined)
      failAt(path, line, 'is no number with a path', 'Get the list again');
    if (photos.has(Number(number))) failAt(path, line, 'has a number that was given before', 'Get the list again');
    photos.set(Number(number), posix.join('Protocol', photo));
  }
  return { path, photos };
}

function readFolds(folder: string, first: PhotoList, second: PhotoList): ListedBenchmarkPair[] {
  const names = namingFile(folder, () => readdirSync(folder)).filter((name) => isWhole(name));
  names.sort((a, b) => Number(a) - Number(b));
  const folds = names.map((name, fold) =>
    ['same', 'diff'].map((half) => readHalf(folder, `${name}/${half}.txt`, half === 'same', fold, first, second)),
  );
  const sizes = new Set(folds.flat().map((half) => half.length));
  if (sizes.size === 1) return folds.flat(2);
  const listed = folds.map((halves, i) => `${names[i]}: ${halves.map((half) => half.length).join(' + ')}`).join(', ');
  throw new DataError({
    file: folder,
    reason: sizes.size === 0 ? 'holds no folders 01, 02, …' : `has folds of unequal lists (${listed})`,
    remedy: 'same.txt and diff.txt of all folds have one length: get the folder again',
  });
}

function readHalf(
  folder: string,
  name: string,
  same: boolean,
  fold: number,
  first: PhotoList,
  second: PhotoList,
): ListedBenchmarkPair[] {
  const path = join(folder, name);
  if (!existsSync(path)) throw new DataError({ file: path, reason: 'does not exist', remedy: 'Get the folder again' });
  return readLines(path).map((line) => {
    const [a, b, ...rest] = line.text.split(',').map((field) => field.trim());
    if (!isWhole(a) || !isWhole(b) || rest.length > 0) return failAt(path, line, 'is no pair', 'A pair is "3,197"');
    const numbered = (list: PhotoList, number: string): string =>
      list.photos.get(Number(number)) ??
      failAt(path, line, `names ${number}, which is not in ${list.path}`, 'Get both again');
    return { a: numbered(first, a), b: numbered(second, b), same, fold, place: `${name}, line ${line.number}` };
  });
}
