import { Random } from '@pocketnet/files';
import { DataError } from '../data-error.js';
import { IndexSet } from '../index-set.js';
import type { FaceSource } from './face-source.js';
import { listedImages } from './image-list.js';
import { parseLocation } from './location.js';
import type { Selection } from './selection.js';

/** Streams of the seed, so that one draw does not shift another. */
const WHO = 1;
const WHICH = 2;
const DEAL = 3;

/**
 * A part of a source. The identities that remain are renumbered 0, 1, 2… in the order of their labels; images keep theirs.
 * Closing the part closes the source.
 *
 * @throws DataError when nothing remains.
 */
export function subset(source: FaceSource, selection: Selection): FaceSource {
  const listed = groupByLabel(source, chooseListed(source, selection));
  const people = dealt(chooseImages(chooseIdentities(listed, selection), selection), selection);
  if (people.every(({ indices }) => indices.length === 0)) {
    source.close();
    throw new DataError({
      file: source.name,
      reason: 'has no faces that fit the selection',
      remedy: 'Widen the selection',
    });
  }
  const { indices, labels } = inSourceOrder(people, source.length);
  const original = (index: number) => indices[index] ?? outside(source, index, indices.length);
  const { picture, place, imageName } = source;
  return {
    name: source.name,
    length: indices.length,
    identities: source.identities === 0 ? 0 : people.length,
    label: (index) => labels[index] ?? outside(source, index, labels.length),
    read: (index) => source.read(original(index)),
    ...(picture && { picture: (index: number) => picture(original(index)) }),
    ...(place && { place: (index: number) => place(original(index)) }),
    ...(imageName && { imageName: (index: number) => imageName(original(index)) }),
    original,
    close: () => source.close(),
  };
}

/**
 * The two locations that part the people of `location` into a training and a held-out set, no person in both.
 *
 * @param fraction of the identities to hold out, in (0, 1)
 */
export function holdOut(location: string, fraction: number, seed = 0): { train: string; heldOut: string } {
  const joint = jointOf(location);
  const part = (key: string): string => `${location}${joint}${key}=${fraction}&seed=${seed}`;
  return { train: part('holdOut'), heldOut: part('heldOut') };
}

/**
 * The locations of `parts` equal parts of the images at `location`, with the same share of every identity in each. People whom the location
 * holds out, or draws by a seed of its own, stay who they are.
 */
export function folds(location: string, parts: number, seed = 0): string[] {
  const joint = jointOf(location);
  const { holdOut, heldOut, seed: own } = parseLocation(location).selection ?? {};
  const key = [holdOut, heldOut, own].some((each) => each !== undefined) ? 'foldSeed' : 'seed';
  return Array.from({ length: parts }, (_, i) => `${location}${joint}fold=${i + 1}/${parts}&${key}=${seed}`);
}

/** What stands between a location and one more selection. */
function jointOf(location: string): '?' | '&' {
  return parseLocation(location).selection === undefined ? '?' : '&';
}

/** @throws RangeError for an image that a source does not have. */
export function outside(source: { name: string }, index: number, length: number): never {
  throw new RangeError(`${source.name} has images 0 to ${length - 1}; there is no image ${index}.`);
}

interface Person {
  label: number;
  /** Ascending, or as they were drawn. */
  indices: Int32Array;
}

/** The images that were chosen, ascending, with the new labels of their people. */
function inSourceOrder(people: readonly Person[], length: number): { indices: Int32Array; labels: Int32Array } {
  const labelOf = new Int32Array(length).fill(-1);
  for (const [label, person] of people.entries()) for (const index of person.indices) labelOf[index] = label;
  const chosen = people.reduce((sum, { indices }) => sum + indices.length, 0);
  const [indices, labels] = [new Int32Array(chosen), new Int32Array(chosen)];
  for (let index = 0, to = 0; index < length; index++) {
    const label = labelOf[index] as number; // inside by the loop
    if (label < 0) continue;
    indices[to] = index;
    labels[to++] = label;
  }
  return { indices, labels };
}

/** Whether the lists let image `index` in. */
function chooseListed(source: FaceSource, { only, without }: Selection): (index: number) => boolean {
  try {
    const inside = only === undefined ? undefined : listedImages(source, only);
    const outside = without === undefined ? undefined : listedImages(source, without);
    return (index) => (inside?.has(index) ?? true) && !outside?.has(index);
  } catch (error) {
    source.close();
    throw error;
  }
}

/** Ordered by label. Counted first, then filled: one array for all images. */
function groupByLabel(source: FaceSource, isIn: (index: number) => boolean): Person[] {
  const ends = new Int32Array(Math.max(1, source.identities));
  for (let index = 0; index < source.length; index++) {
    if (!isIn(index)) continue;
    const label = source.label(index);
    if (label < 0) {
      source.close();
      const reason = 'has faces without a label among labelled ones, which no selection by identity can part';
      throw new DataError({ file: source.name, reason, remedy: 'Select within the parts that are joined' });
    }
    ends[label] = (ends[label] ?? 0) + 1;
  }
  let total = 0;
  for (const [label, count] of ends.entries()) {
    ends[label] = total; // where the person's images begin, and after the next loop end
    total += count;
  }
  const order = new Int32Array(total);
  for (let index = 0; index < source.length; index++) {
    if (!isIn(index)) continue;
    const label = source.label(index);
    const to = ends[label] ?? 0;
    order[to] = index;
    ends[label] = to + 1;
  }
  const people: Person[] = [];
  for (let label = 0, begin = 0; label < ends.length; begin = ends[label++] ?? 0) {
    const end = ends[label] ?? begin;
    if (end > begin) people.push({ label, indices: order.subarray(begin, end) });
  }
  return people;
}

function chooseIdentities(
  people: Person[],
  { identities, minImages = 1, holdOut, heldOut, seed = 0 }: Selection,
): Person[] {
  const listed = identities
    ? people.filter(({ label }) => identities.some(([first, last]) => first <= label && label <= last))
    : people;
  const large = listed.filter(({ indices }) => indices.length >= minImages);
  const training = holdOut === undefined ? large : part(large, holdOut, seed, false);
  return heldOut === undefined ? training : part(training, heldOut, seed, true);
}

/** round(fraction · people) of them, drawn by the seed, or the others; in their order. */
function part(people: Person[], fraction: number, seed: number, drawn: boolean): Person[] {
  const shuffled = Int32Array.from(people.keys());
  new Random(seed, WHO).shuffle(shuffled);
  const isDrawn = new IndexSet(people.length);
  for (const place of shuffled.subarray(0, Math.round(fraction * people.length))) isDrawn.add(place);
  return people.filter((_, place) => isDrawn.has(place) === drawn);
}

function chooseImages(people: Person[], { maxImages, seed = 0 }: Selection): Person[] {
  if (maxImages === undefined) return people;
  return people.map(({ label, indices }) => {
    const shuffled = indices.slice();
    if (shuffled.length > maxImages) new Random(seed, WHICH, label).shuffle(shuffled);
    return { label, indices: shuffled.slice(0, maxImages) };
  });
}

/**
 * Deals the images of one identity after the other round the folds, like cards: each fold has the same share of every identity, give
 * or take one image, and of the whole.
 */
function dealt(people: Person[], { fold, seed = 0, foldSeed = seed }: Selection): Person[] {
  if (fold === undefined) return people;
  let place = 0;
  return people.map(({ label, indices }) => {
    const shuffled = new Random(foldSeed, DEAL, label).shuffle(indices.slice());
    return { label, indices: shuffled.filter(() => place++ % fold.parts === fold.part - 1) };
  });
}
