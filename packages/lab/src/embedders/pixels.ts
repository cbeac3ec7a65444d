import { isPlan, readPlanHeader } from '@pocketnet/engine';
import { type Arithmetic, firstArithmetic, modelInputs, readModelFile, readModelHeader } from '@pocketnet/onnx';

/** How a model wants the pixels, 0 … 255: (pixel − mean) · scale, as OpenCV's `blobFromImage` has it. */
export interface Pixels {
  /** One number, or one a channel in the model's order. */
  readonly mean: readonly number[];
  readonly scale: number;
}

/** The field's usual preprocessing, which embedders are handed: (x − 127.5) / 127.5. */
export const usualPixels: Pixels = { mean: [127.5], scale: 1 / 127.5 };

/** Ranges that networks are given pictures in: −1 … 1, 0 … 255, 0 … 1. */
const rawPixels: Pixels = { mean: [0], scale: 1 };
const candidates: readonly Pixels[] = [usualPixels, rawPixels, { mean: [0], scale: 1 / 255 }];

/**
 * How a model wants its pixels, told by the arithmetic that its graph begins with: the range which that turns into numbers about zero and of
 * about 1. Exports of MXNet subtract 127.5 and divide by 128 inside, and want raw pixels; of models without such nodes it is the usual range.
 */
export function pixelsFor({ factor, offset }: Arithmetic): Pixels {
  const oddness = ({ mean: [mean = 0], scale }: Pixels): number => {
    const [low, high] = [0, 255].map((pixel) => factor * (pixel - mean) * scale + offset) as [number, number];
    const [middle, reach] = [(low + high) / 2, Math.abs(high - low) / 2];
    return Math.abs(Math.log(reach)) + Math.abs(middle) / reach;
  };
  return candidates.reduce((best, each) => (oddness(each) < oddness(best) ? each : best));
}

/**
 * How a model's file wants its pixels: as is said, or as its graph begins. Our own exports take the usual range, and bytes are pixels.
 *
 * @returns `usualPixels` itself where it is these
 */
export async function pixelsOfFile(
  path: string,
  { mean, scale }: { mean?: readonly number[] | undefined; scale?: number | undefined } = {},
): Promise<Pixels> {
  if (mean !== undefined || scale !== undefined)
    return { mean: mean ?? usualPixels.mean, scale: scale ?? usualPixels.scale };
  const { bytes } = await readModelFile(path);
  if (isPlan(bytes)) return pixelsOfPlan(bytes, path);
  if (readModelHeader(bytes, path).metadata.preprocessing !== undefined) return usualPixels;
  if (modelInputs(bytes, path)[0]?.dtype === 'uint8') return rawPixels;
  return pixelsFor(firstArithmetic(bytes, path));
}

/** A plan says it outright: scale · pixel + shift. */
function pixelsOfPlan(bytes: Uint8Array, path: string): Pixels {
  const { scale0, scale1, scale2, shift0, shift1, shift2 } = readPlanHeader(bytes, path);
  const shifts = [shift0, shift1, shift2];
  const isUsual = [scale0, scale1, scale2].every((scale) => scale === Math.fround(usualPixels.scale));
  if (isUsual && shifts.every((shift) => shift === -1)) return usualPixels;
  return { mean: shifts.map((shift) => -shift / scale0), scale: scale0 };
}

/** A function from −1 … 1, which embedders are handed, to what the model wants; undefined where that is the same. */
export function converter({ mean, scale }: Pixels): ((value: number, channel: number) => number) | undefined {
  if (scale === usualPixels.scale && mean.every((each) => each === 127.5)) return undefined;
  return (value, channel) => (127.5 * value + 127.5 - (mean[channel % mean.length] ?? 0)) * scale;
}
