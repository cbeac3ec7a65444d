import { type AffineMatrix, invertAffine } from './affine.js';
import { channelsOf, type Image, type RgbImage } from './image.js';

// OpenCV's warpAffine finds each source coordinate in steps of 1/1024 px and rounds it to 1/32. The field's crops, hence its
// networks, are made so; it differs from exact bilinear by up to 2.5 grey levels, and leaves only whole numbers to reckon with.
const COORDINATE_BITS = 10;
const STEP_BITS = 5;
const ONE = 1 << STEP_BITS;
const HALF_STEP = 1 << (COORDINATE_BITS - STEP_BITS - 1);
/** Of the four weights, whose sum is 32 · 32. */
const WEIGHT_BITS = 2 * STEP_BITS;
const HALF_WEIGHT = 1 << (WEIGHT_BITS - 1);
/** Coordinates far beyond any picture, in 1/1024 px; two of them still add up inside 32 bits. */
const FAR = 2 ** 30 - 1;

/**
 * Warps a picture: what `matrix` maps to (x, y) becomes pixel (x, y) of the result. Bilinear, with black (0) outside of the
 * source; the same to one grey level as `cv2.warpAffine(image, matrix, (width, height), borderValue=0)`. It does not smooth when
 * it shrinks. Alpha is ignored.
 *
 * @param matrix from the picture to the result
 * @param width of the result, whole, 1 to 16384
 * @param height of the result
 * @throws RangeError when the matrix has no inverse, or size and data of the picture do not fit together
 */
export function warpAffine(image: Image, matrix: AffineMatrix, width: number, height: number): RgbImage {
  const channels = channelsOf(image);
  for (const side of [width, height]) {
    if (!(Number.isInteger(side) && side > 0 && side <= 16384)) {
      throw new RangeError(`A picture cannot be warped to ${width} x ${height}: both must be whole, 1 to 16384.`);
    }
  }
  const [a, b, tx, c, d, ty] = invertAffine(matrix);
  const acrossX = Int32Array.from({ length: width }, (_, x) => fixed(a * x));
  const acrossY = Int32Array.from({ length: width }, (_, x) => fixed(c * x));
  const out = new Uint8Array(3 * width * height);
  for (let y = 0; y < height; y++) {
    const startX = fixed(b * y + tx) + HALF_STEP;
    const startY = fixed(d * y + ty) + HALF_STEP;
    warpRow(image, channels, out.subarray(3 * y * width, 3 * (y + 1) * width), startX, startY, acrossX, acrossY);
  }
  return { width, height, data: out };
}

function fixed(coordinate: number): number {
  return Math.max(-FAR, Math.min(FAR, Math.round(coordinate * (1 << COORDINATE_BITS))));
}

function warpRow(
  { width, height, data }: Image,
  channels: 3 | 4,
  out: Uint8Array,
  startX: number,
  startY: number,
  acrossX: Int32Array,
  acrossY: Int32Array,
): void {
  const stride = width * channels;
  for (let x = 0, to = 0; x < acrossX.length; x++, to += 3) {
    const stepsX = (startX + (acrossX[x] as number)) >> (COORDINATE_BITS - STEP_BITS); // inside by the loop's bound
    const stepsY = (startY + (acrossY[x] as number)) >> (COORDINATE_BITS - STEP_BITS);
    const left = stepsX >> STEP_BITS;
    const top = stepsY >> STEP_BITS;
    if (left < -1 || top < -1 || left >= width || top >= height) continue; // stays black
    const right = stepsX & (ONE - 1);
    const bottom = stepsY & (ONE - 1);
    // A neighbour outside of the picture is black: its weight falls away, and any place inside will do to read from.
    const hasLeft = left >= 0 ? ONE - right : 0;
    const hasRight = left + 1 < width ? right : 0;
    const hasTop = top >= 0 ? ONE - bottom : 0;
    const hasBottom = top + 1 < height ? bottom : 0;
    const at = Math.max(top, 0) * stride + Math.max(left, 0) * channels;
    const toRight = left >= 0 && hasRight > 0 ? channels : 0;
    const toBottom = top >= 0 && hasBottom > 0 ? stride : 0;
    const topLeft = hasTop * hasLeft;
    const topRight = hasTop * hasRight;
    const bottomLeft = hasBottom * hasLeft;
    const bottomRight = hasBottom * hasRight;
    const besides = at + toRight;
    const below = at + toBottom;
    const across = below + toRight;
    for (let channel = 0; channel < 3; channel++) {
      const sum =
        topLeft * (data[at + channel] as number) +
        topRight * (data[besides + channel] as number) +
        bottomLeft * (data[below + channel] as number) +
        bottomRight * (data[across + channel] as number);
      out[to + channel] = (sum + HALF_WEIGHT) >> WEIGHT_BITS;
    }
  }
}
