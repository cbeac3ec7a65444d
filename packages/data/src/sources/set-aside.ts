import { Random } from '@pocketnet/files';
import { DataError } from '../data-error.js';
import { LargeMap } from '../large-map.js';
import { isUnlabelled } from './face-source.js';
import { imageNumber } from './image-list.js';
import { openSource } from './registry.js';

export interface SetAsideOptions {
  /** The share of the people to set aside, in (0, 1). */
  fraction: number;
  /** Only images whose name at the source begins so are drawn from. */
  names?: string;
  /** 0 unless said. */
  seed?: number;
}

/** Keeps this draw apart from others of the same seed. */
const STREAM = 3;

/**
 * Draws people to be kept out of training: all images of round(fraction · people) of them. Each image
 * without a label counts as a person.
 *
 * @returns the images' numbers, ascending, for `writeImageList`, and the source's number of images
 * @throws DataError where no image has such a name
 */
export function setAside(location: string, { fraction, names = '', seed = 0 }: SetAsideOptions) {
  if (!(fraction > 0 && fraction < 1))
    throw new RangeError(`The fraction to set aside is ${fraction}; it must lie between 0 and 1.`);
  const source = openSource(location);
  try {
    const people = new LargeMap<number, number[]>();
    for (let index = 0; index < source.length; index++) {
      if (names !== '' && !source.imageName?.(index)?.startsWith(names)) continue;
      const person = isUnlabelled(source, index) ? -1 - index : source.label(index);
      const own = people.get(person);
      if (own) own.push(index);
      else people.set(person, [index]);
    }
    if (people.size === 0) {
      const remedy = 'Names are those of train.lst, or paths in an image folder';
      throw new DataError({ file: location, reason: `has no image whose name begins with "${names}"`, remedy });
    }
    const shuffled = [...people.values()];
    new Random(seed, STREAM).shuffle(shuffled);
    const drawn = shuffled.slice(0, Math.round(fraction * shuffled.length));
    const numbers = drawn.flatMap((own) => own.map((index) => imageNumber(source, index)));
    return { numbers: numbers.sort((a, b) => a - b), people: drawn.length, of: source.length, ofPeople: people.size };
  } finally {
    source.close();
  }
}
