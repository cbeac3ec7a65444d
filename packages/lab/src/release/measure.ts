import { basename } from 'node:path';
import { readPairs } from '@pocketnet/data';
import type { Arithmetic } from '@pocketnet/engine';
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

/** What is measured: a file, or a plan in one arithmetic. */
export interface Computed {
  readonly path: string;
  readonly arithmetic?: Arithmetic;
}

/** What the card's rows call it. */
export const nameOfComputed = ({ path, arithmetic = 'float' }: Computed): string =>
  arithmetic === 'float' ? basename(path) : `${basename(path)} in ${arithmetic}`;

/** Measures a model's file by the LFW protocol. */
export async function measureFile(model: Computed, { name, pairs, folds, role }: MeasuredSet): Promise<MeasuredFile> {
  const { path, arithmetic } = model;
  const set = readPairs(pairs);
  const images = pairImages(name, set);
  const source = await openEmbeddings(path, arithmetic && { arithmetic });
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
        ...{ set: name, role, file: nameOfComputed(model), accuracy: report.accuracy, std: report.accuracyStd },
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
