import { basename } from 'node:path';
import { type BenchmarkSet, benchmarkSets, readPairsList } from '@pocketnet/data';

/** Twins and their friends: a list in the form of LFW's, of two folds. */
export const twins: BenchmarkSet = {
  name: 'twins',
  title: 'Twins',
  about: 'Twins, who are hard to tell apart.',
  folds: 2,
  lists: ['twins.txt'],
  imageFolders: ['.'],
  readPairs(_, list) {
    const { pairs } = readPairsList(list);
    return pairs.map(({ first, second, same, line }, i) => ({
      ...{ a: first, b: second, same, fold: Math.floor((2 * i) / pairs.length) },
      place: `${basename(list)}, line ${line.number}`,
    }));
  },
  person: (image) => image.split('/')[0] ?? image,
};

benchmarkSets.add(twins);
