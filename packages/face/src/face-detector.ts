import type { DetectOptions } from './detect/index.js';
import type { Face, Finder } from './pipeline/pipeline.js';

/** Finds faces, and no more. */
export interface FaceDetector {
  /**
   * The faces of a photo, whom it shows first: the large, the sure, those in the middle.
   *
   * @param image as `detect` of a PocketNet takes it
   * @throws ImageError that says what is wrong with the picture
   */
  detect(image: unknown, options?: DetectOptions): Promise<Face[]>;
  /** Frees the detector; closing twice does no harm. */
  close(): void;
}

/** What a user calls, over a finder that does the work. */
export function faceDetectorOver(finder: Finder): FaceDetector {
  let closed = false;
  return {
    async detect(image, options) {
      if (closed) throw new Error('This detector is closed. Open another.');
      return (await finder.detect(image, options)).map(({ face }) => face);
    },
    close() {
      if (!closed) finder.close();
      closed = true;
    },
  };
}
