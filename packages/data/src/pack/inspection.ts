import { readImageHeader } from '../formats/image-header.js';

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
  /** Sizes found among the images that were looked at, the most frequent first. */
  sizes: ImageSize[];
  /** How many images were looked at: a sample, or all. */
  checked: number;
  /** Their mean size in bytes. */
  meanBytes: number;
  /** A sentence each; empty when all is well. */
  problems: string[];
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
  /** Called after each image that is looked at. */
  onProgress?: (done: number, total: number) => void;
}

/** Images that are looked at unless the inspection is deep: evenly spread, the first and the last among them. */
const SAMPLE = 256;
/** More problems of the same files only repeat each other. */
const MOST_LISTED = 20;

/** Reads the headers of all images or of a sample; what fails becomes a problem. */
export function surveyImages(
  count: number,
  read: (index: number) => Uint8Array,
  { deep = false, onProgress }: InspectOptions,
): Pick<Inspection, 'sizes' | 'checked' | 'meanBytes' | 'problems'> {
  const checked = deep ? count : Math.min(count, SAMPLE);
  const sizes = new Map<string, ImageSize>();
  const problems: string[] = [];
  let bytes = 0;
  for (let i = 0; i < checked; i++) {
    const index = checked === 1 ? 0 : Math.round((i * (count - 1)) / (checked - 1));
    try {
      const image = read(index);
      bytes += image.length;
      countSize(sizes, image);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      problems.push(error instanceof RangeError ? `Image ${index}: ${message}.` : message);
    }
    onProgress?.(i + 1, checked);
  }
  if (problems.length > MOST_LISTED) {
    const left = problems.splice(MOST_LISTED).length;
    problems.push(`${left} further images have problems.`);
  }
  const found = [...sizes.values()].sort((a, b) => b.images - a.images);
  return { sizes: found, checked, meanBytes: checked === 0 ? 0 : bytes / checked, problems };
}

function countSize(sizes: Map<string, ImageSize>, image: Uint8Array): void {
  const { format, width, height, complete } = readImageHeader(image);
  if (!complete) throw new RangeError('the image is cut off: its end is missing');
  const key = `${format} ${width}x${height}`;
  const size = sizes.get(key) ?? { format, width, height, images: 0 };
  size.images++;
  sizes.set(key, size);
}

/** Smallest, middle (the mean of the two middle ones of an even number), mean and largest of at least one number. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (position: number): number => sorted[position] ?? Number.NaN;
  const last = sorted.length - 1;
  return {
    min: at(0),
    median: (at(Math.floor(last / 2)) + at(Math.ceil(last / 2))) / 2,
    mean: sorted.reduce((sum, value) => sum + value, 0) / sorted.length,
    max: at(last),
  };
}
