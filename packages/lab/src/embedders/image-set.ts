import type { FaceSource, Origin, PairSet } from '@pocketnet/data';

/** Aligned crops in a fixed order, as embedders take them. */
export interface ImageSet {
  /** What people call it; matrices of embeddings are found by it. */
  readonly name: string;
  readonly length: number;
  /** The encoded picture of image `index`. */
  read(index: number): Uint8Array;
  /** Where it is kept, for messages. */
  place?(index: number): Origin;
}

/** The 2P images of a verification set: pair i is images 2i and 2i + 1. */
export function pairImages(name: string, { images }: PairSet, file = name): ImageSet {
  return {
    name,
    length: images.length,
    read: (index) => images[index] ?? outside(name, index, images.length),
    place: (index) => ({ file, record: `image ${index}`, remedy: 'Make the .bin anew with "data pairs"' }),
  };
}

/** All the images of a face source. */
export function sourceImages(source: FaceSource): ImageSet {
  const { place } = source;
  return {
    name: source.name,
    length: source.length,
    read: (index) => source.read(index),
    ...(place && { place: (index: number) => place(index) }),
  };
}

function outside(name: string, index: number, length: number): never {
  throw new RangeError(`${name} has images 0 to ${length - 1}; there is no image ${index}.`);
}
