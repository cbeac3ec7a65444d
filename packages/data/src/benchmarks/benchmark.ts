/** A pair of a benchmark's own list. Images are paths from the benchmark's folder, with `/`. */
export interface BenchmarkPair {
  readonly a: string;
  readonly b: string;
  readonly same: boolean;
  /** From 0. */
  readonly fold: number;
  /** Where it is listed: `pairs.txt, line 12`. */
  readonly place: string;
}

/** Pixels of the image: x to the right, y down. */
export type LandmarkPoint = readonly [x: number, y: number];

/** The eye on the left of the image, the one on the right, the nose, the left and the right corner of the mouth. */
export type Landmarks = readonly [LandmarkPoint, LandmarkPoint, LandmarkPoint, LandmarkPoint, LandmarkPoint];

/** A verification benchmark, read from its original folder and pair lists. */
export interface Benchmark {
  /** `lfw`, `cfp_fp`, … */
  readonly name: string;
  /** As papers write it: LFW, CFP-FP, … */
  readonly title: string;
  readonly folder: string;
  /**
   * Fold after fold, each in the list's order. All folds are of one length, so that contiguous folds, as {@link readPairs}'
   * sets are cut, are the official ones.
   */
  readonly pairs: readonly BenchmarkPair[];
  /** The distinct images of the pairs, in the order of their first use. */
  readonly images: readonly string[];
  readonly folds: number;
  /** What is odd about the list, a sentence each: labels that contradict names, people in several folds. Nothing is left out for it. */
  readonly findings: readonly string[];
  /** The landmarks that the set itself ships for an image, if it does. @throws DataError for a damaged file */
  landmarks(image: string): Landmarks | undefined;
}

/** One line of a pair list, with the photos as the list means them: found on disk only later. */
export interface ListedBenchmarkPair {
  readonly a: string;
  readonly b: string;
  readonly same: boolean;
  readonly fold: number;
  readonly place: string;
}

/** A benchmark that is a list of pairs: what it is, and its official layout: how its folder is told, how its list is read, where its images and landmarks lie. */
export interface BenchmarkSet {
  /** Its key, as in published tables, and the name of its `.bin`: `lfw`, `cfp_fp`. */
  readonly name: string;
  /** As papers write it: LFW, CFP-FP. */
  readonly title: string;
  /** What it asks, in a sentence. */
  readonly about: string;
  /** The official number of folds, for a `.bin`, which does not tell. */
  readonly folds: number;
  /** The files by which its folder is known, from that folder: one of them has to be there. */
  readonly lists: readonly string[];
  /** @param list that file of `lists` which is there, with the folder before it */
  readPairs(folder: string, list: string): ListedBenchmarkPair[];
  /** Folders from which the photos of the list may be named; the first that holds one of them counts. */
  readonly imageFolders: readonly string[];
  /** Who is on an image, by its path. */
  person(image: string): string;
  /** The five points that the set ships for an image. */
  landmarks?(folder: string, image: string): Landmarks | undefined;
}
