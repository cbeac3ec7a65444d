import { basename } from 'node:path';
import { readPairs } from '@pocketnet/data';
import { bootstrapDifference } from '@pocketnet/evaluate';
import { measurePairs } from '../benchmarks/index.js';
import { openEmbeddings, pairImages } from '../embedders/index.js';
import type { ReleaseCard } from './card.js';
import type { ReleaseDescription } from './description.js';

type MeasuredSet = ReleaseDescription['sets'][number];

/** A file's row of the card, and which pairs it got right. */
export interface MeasuredFile {
  row: ReleaseCard['accuracy'][number];
  correct: readonly boolean[];
}

/** Measures a model's file by the LFW protocol. */
export async function measureFile(path: string, { name, pairs, folds, role }: MeasuredSet): Promise<MeasuredFile> {
  const set = readPairs(pairs);
  const images = pairImages(name, set);
  const source = await openEmbeddings(path);
  try {
    const measured = measurePairs({ name, title: name, folds, about: '' }, set, images, await source.embed(images));
    const { report, result } = measured;
    const metric = (key: string) => result.metrics.find((each) => each.name === key);
    const interval = metric('accuracy')?.interval;
    const tar = (far: string): number | null => {
      const { value, resolved = false } = metric(`TAR at FAR ${far}`) ?? {};
      return resolved ? (value ?? null) : null;
    };
    return {
      row: {
        ...{ set: name, role, file: basename(path), accuracy: report.accuracy, std: report.accuracyStd },
        interval: interval ? [interval.low, interval.high] : null,
        tarAtFar1e2: tar('1e-2'),
        tarAtFar1e3: tar('1e-3'),
        ...{ pairs: report.pairs, folds: report.folds },
      },
      correct: report.correct,
    };
  } finally {
    await source.close();
  }
}

/** Accuracy of the second minus that of the first, by a paired bootstrap. */
export function differenceOf(first: MeasuredFile, second: MeasuredFile): ReleaseCard['differences'][number] {
  const { low, estimate, high } = bootstrapDifference(first.correct, second.correct, { seed: 1 });
  const { file, set } = second.row;
  return { file, set, difference: { low, estimate, high } };
}
