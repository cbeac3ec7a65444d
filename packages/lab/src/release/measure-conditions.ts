import { alterPairs, type PairSet, readPairs } from '@pocketnet/data';
import { rocCurve, splitScores, tarAtFar, verification } from '@pocketnet/evaluate';
import { type EmbeddedSet, type EmbeddingSource, pairImages } from '../embedders/index.js';
import type { ReleaseCard } from './card.js';
import { conditions } from './conditions.js';

type ConditionRow = NonNullable<ReleaseCard['conditions']>['rows'][number];

/**
 * Measures a network on pairs whose second picture was made hard to recognise, condition by condition; image and mirror image summed. The
 * plain first pictures are embedded once.
 *
 * @param pairs a .bin, such as one of people held out of training
 * @param threshold the cosine from which on the network says "same"
 */
export async function measureConditions(
  source: EmbeddingSource,
  pairs: string,
  { folds, threshold }: { folds: number; threshold?: number | undefined },
): Promise<ConditionRow[]> {
  const plain = readPairs(pairs);
  const all: PairSet = { images: [], same: [] };
  for (const { apply } of conditions) {
    const hard = await alterPairs(plain, apply, pairs);
    all.images.push(...hard.images);
    all.same.push(...hard.same);
  }
  const embedded = await source.embed(pairImages('hard conditions', all, pairs));
  return conditions.map(({ name }, i) => {
    const sums = sumsOf(embedded, i * plain.images.length, plain.images.length);
    const { accuracy, distances } = verification(sums, plain.same, { folds });
    const scores = splitScores(
      distances.map((distance) => 1 - distance / 2),
      plain.same,
    );
    const { tar, resolved } = tarAtFar(rocCurve(scores), 1e-2);
    return { name, accuracy, tarAtFar1e2: resolved ? tar : null, ...errorsAt(scores, threshold) };
  });
}

/** Image plus mirror image of `count` rows. */
function sumsOf({ images, flips }: EmbeddedSet, first: number, count: number) {
  const { cols } = images;
  const own = images.data.subarray(first * cols, (first + count) * cols);
  const mirror = flips?.data.subarray(first * cols, (first + count) * cols);
  return { rows: count, cols, data: Float64Array.from(own, (value, i) => value + (mirror?.[i] ?? 0)) };
}

function errorsAt(
  { genuine, impostor }: { genuine: Float64Array; impostor: Float64Array },
  threshold: number | undefined,
): Pick<ConditionRow, 'fnmr' | 'fmr'> {
  if (threshold === undefined) return { fnmr: null, fmr: null };
  const accepted = (scores: Float64Array): number =>
    scores.filter((score) => score >= threshold).length / scores.length;
  return { fnmr: 1 - accepted(genuine), fmr: accepted(impostor) };
}
