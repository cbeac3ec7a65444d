/** Pixels, x to the right and y down; (0, 0) is the centre of the first pixel. */
export type Point = readonly [x: number, y: number];

/**
 * The field's five landmarks of a face: the eye on the left of the image, the eye on its right, the tip of the nose, the left and
 * the right corner of the mouth, all as seen in the image.
 */
export type FiveLandmarks = readonly [Point, Point, Point, Point, Point];
