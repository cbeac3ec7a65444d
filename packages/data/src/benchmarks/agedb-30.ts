import { basename } from 'node:path';
import { DataError } from '../data-error.js';
import type { BenchmarkSet, ListedBenchmarkPair } from './benchmark.js';
import { pts68 } from './landmark-files.js';
import { type MatValue, readMat } from './mat.js';

/** AgeDB (Moschoglou et al. 2017), pairs of 30 years' difference: 10 folds of 600 pairs. */
export const agedb30: BenchmarkSet = {
  name: 'agedb_30',
  title: 'AgeDB-30',
  about: 'AgeDB, pairs of 30 years’ difference.',
  folds: 10,
  lists: ['04_FINAL_protocol_30_years.mat'],
  imageFolders: ['03_Protocol_Images', '.'],
  readPairs: (_, list) => readPairs(list),
  /** `17_AnnExample_44_f.jpg`: stems are opaque but for their first part. */
  person: (image) => basename(image).split('_')[0] ?? image,
  landmarks: pts68,
};

/**
 * The variable `splits`: a cell for each fold, in which a struct has a cell 2 x P of images (the first and the second of each
 * pair, a struct of name and age each) and P labels, 1 genuine and -1 impostor. Fields go by their place, names of theirs differ.
 */
function readPairs(list: string): ListedBenchmarkPair[] {
  const fail = (record: string, reason: string): never => {
    throw new DataError({ file: list, record, reason, remedy: "Take AgeDB's own 04_FINAL_protocol_30_years.mat" });
  };
  const splits = readMat(list).get('splits');
  if (splits?.kind !== 'cell' || splits.items.length === 0) return fail('splits', 'is missing or no cell of folds');
  const folds = splits.items.map((split, fold) => {
    const place = `fold ${fold + 1}`;
    const [images, labels] = fieldsOf(split);
    if (images?.kind !== 'cell' || images.dims[0] !== 2) return fail(place, 'holds no cell of 2 rows of images');
    if (labels?.kind !== 'numbers' || labels.data.length !== images.items.length / 2) {
      return fail(place, `holds ${images.items.length / 2} pairs, but not as many labels`);
    }
    return Array.from(labels.data, (label, p): ListedBenchmarkPair => {
      const pair = `${place}, pair ${p + 1}`;
      if (label !== 1 && label !== -1) fail(pair, `is labelled ${label} instead of 1 or -1`);
      const stem = (i: number): string => nameOf(images.items[i]) ?? fail(pair, 'holds an image without a name');
      return { a: stem(2 * p), b: stem(2 * p + 1), same: label === 1, fold, place: `${basename(list)}, ${pair}` };
    });
  });
  const sizes = folds.map((pairs) => pairs.length);
  if (new Set(sizes).size > 1) fail('splits', `has folds of unequal length (${sizes.join(', ')} pairs)`);
  return folds.flat();
}

/** The fields of the only element of a struct; a cell of one stands for what is in it. */
function fieldsOf(value: MatValue | undefined): readonly MatValue[] {
  if (value?.kind === 'cell' && value.items.length === 1) return fieldsOf(value.items[0]);
  return value?.kind === 'struct' ? (value.elements[0] ?? []) : [];
}

function nameOf(image: MatValue | undefined): string | undefined {
  const value = image?.kind === 'text' ? image : fieldsOf(image)[0];
  return value?.kind === 'text' && value.text.trim() !== '' ? value.text.trim() : undefined;
}
