import type { BenchmarkSet } from './benchmark.js';
import { personOfNumbered } from './images.js';
import { fiveLines } from './landmark-files.js';
import { readTwoLinePairs } from './two-line-pairs.js';

/** Cross-Pose LFW (Zheng and Deng 2018). Its own `aligned images` are not ArcFace's alignment and are not used. */
export const cplfw: BenchmarkSet = {
  name: 'cplfw',
  title: 'CPLFW',
  about: 'Cross-Pose LFW: one person in two poses.',
  folds: 10,
  lists: ['pairs_CPLFW.txt'],
  imageFolders: ['images', '.'],
  readPairs: (_, list) => readTwoLinePairs(list),
  person: personOfNumbered,
  landmarks: (folder, image) => fiveLines(folder, ['CP_landmarks'], image),
};
