import type { Difference } from '@pocketnet/evaluate';
import type { ExportCheck } from '@pocketnet/lab';
import type { Ingredients } from './ingredients.js';
import type { Measured } from './measured.js';
import type { PhotosShown } from './photos.js';
import type { ReleasedVerdicts } from './released.js';

/** One pair of photos and what the exported model says of it. */
export interface Verdict {
  pair: number;
  cosine: number;
  verdict: 'same' | 'different';
  truth: 'same' | 'different';
}

/** All that the demo finds out. */
export interface DemoResult {
  out: string;
  network: string;
  parameters: number;
  steps: number;
  seconds: number;
  /** What an app would have said of two photos. */
  photos: PhotosShown;
  data: Ingredients;
  /** What the released network said, where there is one. */
  released: ReleasedVerdicts | undefined;
  before: Measured;
  after: Measured;
  /** Accuracy after minus before, with its interval. */
  gain: Difference;
  exported: ExportCheck;
  threshold: number;
  verdicts: Verdict[];
}
