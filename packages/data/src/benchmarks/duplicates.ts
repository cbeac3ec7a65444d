import { createHash } from 'node:crypto';

/** A key for each encoded picture, equal for equal bytes. */
export const pictureKeys = (images: readonly Uint8Array[]): string[] =>
  images.map((image) => createHash('sha1').update(image).digest('base64'));

/** How many of a kind of fault are named one by one. */
const NAMED = 10;

/**
 * Pairs that occur twice, contradict one another, or show one and the same picture twice: a sentence for each of these kinds, with the
 * numbers of the pairs, from 0 and in the order of the set. A pair is counted once, as the worst of them.
 *
 * @param keys of the 2P images, equal for equal pictures
 */
export function duplicatePairs(keys: readonly string[], same: readonly boolean[]): string[] {
  const first = new Map<string, number>();
  const repeated: number[][] = [];
  const contradicting: number[][] = [];
  const itself: number[][] = [];
  same.forEach((truth, pair) => {
    const faces = [keys[2 * pair] ?? '', keys[2 * pair + 1] ?? ''];
    const key = faces.toSorted().join(' ');
    const earlier = first.get(key);
    if (earlier === undefined) first.set(key, pair);
    if (earlier !== undefined && same[earlier] !== truth) contradicting.push([earlier, pair]);
    else if (faces[0] === faces[1]) itself.push([pair]);
    else if (earlier !== undefined) repeated.push([earlier, pair]);
  });
  return [
    ...said(repeated, (pairs) => `pairs occur more than once (pairs ${pairs}); they count as often`),
    ...said(contradicting, (pairs) => `pairs are called one person and two people (pairs ${pairs})`),
    ...said(itself, (pairs) => `pairs are one picture twice (pairs ${pairs})`),
  ];
}

function said(pairs: readonly number[][], sentence: (listed: string) => string): string[] {
  if (pairs.length === 0) return [];
  const some = pairs.slice(0, NAMED).map((both) => both.join(' and '));
  return [
    `${pairs.length.toLocaleString('en-US')} ${sentence(some.join(', ') + (pairs.length > NAMED ? ', …' : ''))}.`,
  ];
}
