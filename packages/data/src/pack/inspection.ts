import { DataError } from '../data-error.js';
import { type DecodedPicture, decodePicture, type Origin } from '../picture/decode.js';

/** What `data inspect` says about a file or folder. */
export interface Inspection {
  location: string;
  /** The name of the source's kind, or `pairs`. */
  kind: string;
  images: number;
  /** 0: unlabelled. */
  identities?: number;
  imagesPerIdentity?: Spread;
  /** Of a set of pairs. */
  pairs?: { total: number; same: number; distinctImages: number; folds: number };
  /** Of a benchmark's folder: how its photos become crops. */
  crops?: { aligned: number; taken: number; withoutLandmarks: number };
  /** Sizes found among the images that were looked at, the most frequent first. */
  sizes: ImageSize[];
  /** How many images were looked at: a sample, or all. */
  checked: number;
  /** Their mean size in bytes. */
  meanBytes: number;
  /** A sentence each; empty when all is well. */
  problems: string[];
  /** Those of the looked at that cannot be decoded, by the numbers that `?without=LIST` knows them by. */
  badImages: number[];
}

export interface Spread {
  min: number;
  median: number;
  mean: number;
  max: number;
}

export interface ImageSize {
  format: string;
  width: number;
  height: number;
  images: number;
}

export interface InspectOptions {
  /** Look at every image instead of a sample. */
  deep?: boolean;
  /** Five points of the photos in a benchmark's folder: a `landmarks.json`. */
  landmarks?: string;
  /** Called after each image that is looked at. */
  onProgress?: (done: number, total: number) => void;
}

/** Images that are looked at unless the inspection is deep: evenly spread, the first and the last among them. */
const SAMPLE = 256;
/** More problems of the same files only repeat each other. */
const MOST_LISTED = 20;

/** Images as they are surveyed. */
export interface SurveyedImages {
  readonly length: number;
  read(index: number): Uint8Array;
  /** Where one is kept, for messages. */
  place(index: number): Origin;
  /** The number by which a list of images knows it. */
  number(index: number): number;
}

/** Decodes all images or a sample, as training does; what fails becomes a problem, and the remedy is said once. */
export async function surveyImages(
  images: SurveyedImages,
  { deep = false, onProgress }: InspectOptions,
): Promise<Pick<Inspection, 'sizes' | 'checked' | 'meanBytes' | 'problems' | 'badImages'>> {
  const count = images.length;
  const checked = deep ? count : Math.min(count, SAMPLE);
  const sizes = new Map<string, ImageSize>();
  const problems: string[] = [];
  const badImages: number[] = [];
  let bytes = 0;
  let remedy: string | undefined;
  for (let i = 0; i < checked; i++) {
    const index = checked === 1 ? 0 : Math.round((i * (count - 1)) / (checked - 1));
    try {
      const image = images.read(index);
      bytes += image.length;
      countSize(sizes, await decodePicture(image, images.place(index)));
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      badImages.push(images.number(index));
      remedy ??= error.remedy;
      if (badImages.length <= MOST_LISTED) problems.push(`${error.place}: ${error.reason}.`);
    }
    onProgress?.(i + 1, checked);
  }
  const left = badImages.length - problems.length;
  if (left > 0) problems.push(`${left} further images have problems.`);
  if (remedy !== undefined) problems.push(`${remedy}.`);
  const found = [...sizes.values()].sort((a, b) => b.images - a.images);
  return { sizes: found, checked, meanBytes: checked === 0 ? 0 : bytes / checked, problems, badImages };
}

function countSize(sizes: Map<string, ImageSize>, { format, width, height }: DecodedPicture): void {
  const key = `${format} ${width}x${height}`;
  const size = sizes.get(key) ?? { format, width, height, images: 0 };
  size.images++;
  sizes.set(key, size);
}

/** Smallest, middle (the mean of the two middle ones of an even number), mean and largest of at least one number. */
export function spreadOf(values: Int32Array): Spread {
  const sorted = values.slice().sort();
  const at = (position: number): number => sorted[position] ?? Number.NaN;
  const last = sorted.length - 1;
  return {
    min: at(0),
    median: (at(Math.floor(last / 2)) + at(Math.ceil(last / 2))) / 2,
    mean: sorted.reduce((sum, value) => sum + value, 0) / sorted.length,
    max: at(last),
  };
}
