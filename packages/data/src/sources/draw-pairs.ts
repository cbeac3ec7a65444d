import { Random } from '@pocketnet/files';
import { DataError } from '../data-error.js';
import type { PairSet } from '../formats/pairs.js';
import { type FaceSource, isUnlabelled } from './face-source.js';
import { openSource } from './registry.js';

export interface DrawPairsOptions {
  /** P, a multiple of twice the folds. */
  pairs: number;
  /** 10 unless said. */
  folds?: number;
  /** 0 unless said. */
  seed?: number;
}

/** Keeps this draw apart from others of the same seed. */
const STREAM = 4;

/**
 * Draws verification pairs from labelled faces in the way of LFW's: contiguous folds that share no person, in each as many pairs of one
 * person as of two. Everybody in a fold gives a pair before anybody gives a second one, and no pair comes twice.
 *
 * @param location of labelled faces, such as `faces/train?heldOut=0.1`
 * @throws DataError where there are too few people or images for so many pairs
 */
export function drawPairs(location: string, { pairs, folds = 10, seed = 0 }: DrawPairsOptions): PairSet {
  const half = pairs / (2 * folds);
  if (!(Number.isInteger(folds) && folds >= 1 && Number.isInteger(half) && half >= 1)) {
    throw new RangeError(`${pairs} pairs do not part into ${folds} folds with half of each of one person.`);
  }
  const source = openSource(location);
  try {
    const drawn: PairSet = { images: [], same: [] };
    const random = new Random(seed, STREAM);
    for (const people of partition(imagesOfPeople(source), folds, random)) {
      for (const [draw, isSame] of [
        [genuinePairs, true],
        [impostorPairs, false],
      ] as const) {
        const found = draw(people, half, random);
        if (found.length < half) throw tooFew(location, people.length, found.length, half, isSame);
        for (const [first, second] of found) {
          drawn.images.push(source.read(first), source.read(second));
          drawn.same.push(isSame);
        }
      }
    }
    return drawn;
  } finally {
    source.close();
  }
}

/** Image numbers of one person. */
type Person = readonly number[];
type Pair = readonly [number, number];

/** People of two images at least. */
function imagesOfPeople(source: FaceSource): Person[] {
  const people = new Map<number, number[]>();
  for (let index = 0; index < source.length; index++) {
    if (isUnlabelled(source, index)) continue;
    const label = source.label(index);
    const own = people.get(label);
    if (own) own.push(index);
    else people.set(label, [index]);
  }
  return [...people.values()].filter(({ length }) => length >= 2);
}

/** Deals people out, those of many images first, so that every fold has as many of each kind as the others. */
function partition(people: Person[], folds: number, random: Random): Person[][] {
  const dealt: Person[][] = Array.from({ length: folds }, () => []);
  const ordered = random.shuffle(people).sort((a, b) => b.length - a.length);
  for (const [i, person] of ordered.entries()) dealt[i % folds]?.push(person);
  return dealt;
}

/** At most `wanted`: rounds in each of which everybody gives one of the pairs they have left. */
function genuinePairs(people: readonly Person[], wanted: number, random: Random): Pair[] {
  let left = people.map((person) => random.shuffle(pairsOf(fewOf(person, random))));
  const found: Pair[] = [];
  while (left.length > 0 && found.length < wanted) {
    for (const own of random.shuffle(left)) found.push(...own.splice(0, 1));
    left = left.filter(({ length }) => length > 0);
  }
  return found.slice(0, wanted);
}

/** Of n images there are n²/2 pairs: of a person with more than these, so many that are drawn give their pairs. */
const MOST_PAIRED = 1000;

function fewOf(person: Person, random: Random): Person {
  return person.length <= MOST_PAIRED ? person : random.shuffle([...person]).slice(0, MOST_PAIRED);
}

function pairsOf(person: Person): Pair[] {
  return person.flatMap((first, i) => person.slice(i + 1).map((second): Pair => [first, second]));
}

/** At most `wanted`, every two people as likely. */
function impostorPairs(people: readonly Person[], wanted: number, random: Random): Pair[] {
  const found = new Map<string, Pair>();
  const patience = 100 * wanted;
  for (let tries = 0; people.length >= 2 && found.size < wanted && tries < patience; tries++) {
    const [one, other] = [random.int(people.length), random.int(people.length)];
    if (one === other) continue;
    const pair: Pair = [
      random.pick(people[Math.min(one, other)] ?? []),
      random.pick(people[Math.max(one, other)] ?? []),
    ];
    found.set(pair.join(), pair);
  }
  return [...found.values()];
}

function tooFew(file: string, people: number, found: number, half: number, isSame: boolean): DataError {
  const kind = isSame ? 'of one person' : 'of two people';
  const reason = `gives ${found} pairs ${kind} in a fold of ${people} people with two images or more, and ${half} are wanted`;
  return new DataError({ file, reason, remedy: 'Ask for fewer pairs or fewer folds' });
}
