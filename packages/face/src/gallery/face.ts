/** Where a face was seen. Corrections keep to it, so they outlive templates, models and indexing anew. */
export interface Face {
  /** The app's own name of the photo, the same whenever it is indexed. */
  readonly photo: string;
  /** Left, top, width and height as shares of the photo's, 0 to 1. Without it the photo has one face. */
  readonly box?: readonly [x: number, y: number, width: number, height: number];
}

/** Boxes of one face by different detectors, or before and after an update, overlap by more than this share. */
const SAME = 0.4;

/** How sure it is that two places of a photo are one face: the boxes' intersection over union, 0 below {@link SAME}. */
export function sameness(a: Face, b: Face): number {
  if (a.photo !== b.photo) return 0;
  if (a.box === undefined || b.box === undefined) return a.box === b.box ? 1 : 0;
  const share = overlap(a.box, b.box);
  return share >= SAME ? share : 0;
}

type Box = NonNullable<Face['box']>;

/** Intersection over union. */
function overlap([ax, ay, aw, ah]: Box, [bx, by, bw, bh]: Box): number {
  const width = Math.min(ax + aw, bx + bw) - Math.max(ax, bx);
  const height = Math.min(ay + ah, by + bh) - Math.max(ay, by);
  if (width <= 0 || height <= 0) return 0;
  const both = width * height;
  return both / (aw * ah + bw * bh - both);
}

/** @throws RangeError for what is no place of a face */
export function checkFace(face: Face): void {
  if (face.photo === '') throw new RangeError('A face needs the name of its photo.');
  const { box } = face;
  if (box && !(box.length === 4 && box.every((value) => value >= -1 && value <= 2) && box[2] > 0 && box[3] > 0))
    throw new RangeError(
      `The box [${box}] of a face in "${face.photo}": give left, top, width and height as shares of the photo, 0 to 1.`,
    );
}
