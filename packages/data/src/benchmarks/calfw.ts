import type { BenchmarkSet } from './benchmark.js';
import { personOfNumbered } from './images.js';
import { fiveLines } from './landmark-files.js';
import { readTwoLinePairs } from './two-line-pairs.js';

const ORIGINALS = ['images&landmarks/images&landmarks', 'images&landmarks', '.'];

/** Cross-Age LFW (Zheng et al. 2017). Its own `aligned images` are not ArcFace's alignment and are not used. */
export const calfw: BenchmarkSet = {
  name: 'calfw',
  title: 'CALFW',
  about: 'Cross-Age LFW: one person at two ages.',
  folds: 10,
  lists: ['pairs_CALFW.txt'],
  imageFolders: [...ORIGINALS.map((folder) => `${folder}/images`), '.'],
  readPairs: (_, list) => readTwoLinePairs(list),
  person: personOfNumbered,
  landmarks: (folder, image) =>
    fiveLines(
      folder,
      ORIGINALS.map((original) => `${original}/CA_landmarks`),
      image,
    ),
};
