import { grouped } from '@pocketnet/evaluate';
import type { ImageProblem } from '../embedders/index.js';

/** How many of a kind of fault are named one by one. */
const NAMED = 10;

/** Images without embeddings, each with its reason, and how many pairs they cost. */
export function unreadImages(problems: readonly ImageProblem[], pairsLeftOut: number): string[] {
  if (problems.length === 0) return [];
  const more =
    problems.length > NAMED ? [`… and ${grouped(problems.length - NAMED)} more images without embeddings.`] : [];
  return [
    `${grouped(problems.length)} images have no usable embedding, which leaves out ${grouped(pairsLeftOut)} pairs. The measures are of the others; folds keep their number, not their borders.`,
    ...problems
      .slice(0, NAMED)
      .map(({ index, reason }) => `Pair ${index >> 1}, ${index % 2 === 0 ? 'first' : 'second'} face: ${reason}`),
    ...more,
  ];
}

/** Pairs that occur twice, contradict one another, or show one and the same picture twice. */
export function duplicatePairs(keys: readonly string[], same: readonly boolean[]): string[] {
  const first = new Map<string, number>();
  const repeated: [number, number][] = [];
  const contradicting: [number, number][] = [];
  const itself: number[] = [];
  same.forEach((truth, pair) => {
    const faces = [keys[2 * pair] ?? '', keys[2 * pair + 1] ?? ''];
    if (faces[0] === faces[1]) itself.push(pair);
    const key = faces.sort().join(' ');
    const earlier = first.get(key);
    if (earlier === undefined) first.set(key, pair);
    else (same[earlier] === truth ? repeated : contradicting).push([earlier, pair]);
  });
  const list = (pairs: readonly (readonly number[])[]): string =>
    `${pairs
      .slice(0, NAMED)
      .map((both) => both.join(' and '))
      .join(', ')}${pairs.length > NAMED ? ', …' : ''}`;
  return [
    ...(repeated.length > 0
      ? [`${grouped(repeated.length)} pairs occur more than once (pairs ${list(repeated)}); they count as often.`]
      : []),
    ...(contradicting.length > 0
      ? [`${grouped(contradicting.length)} pairs are called one person and two people (pairs ${list(contradicting)}).`]
      : []),
    ...(itself.length > 0
      ? [`${grouped(itself.length)} pairs are one picture twice (pairs ${list(itself.map((pair) => [pair]))}).`]
      : []),
  ];
}
