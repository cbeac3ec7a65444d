import { LANES } from '@pocketnet/engine/plan';
import { fromHalf, toHalf } from '@pocketnet/files';
import type { Level } from './levels.js';

/** Weights as integers of −127 … 127 times one scale for each output. */
export interface WholeWeights {
  readonly whole: Int8Array<ArrayBuffer>;
  readonly scales: Float32Array;
}

const limited = (value: number): number => Math.min(127, Math.max(-127, Math.round(value)));

/** A step, as a half, that reaches over all of some weights; of none, any. */
function stepOver(largest: number): number {
  if (largest === 0) return 1;
  const half = toHalf(largest / 127);
  return fromHalf(fromHalf(half) < largest / 127 ? half + 1 : half);
}

/** Depthwise weights, [block][tap][16]: a scale for each channel. */
export function eightBitDepth(weights: Float32Array, taps: number): WholeWeights {
  const channelOf = (i: number): number => Math.floor(i / LANES / taps) * LANES + (i % LANES);
  const scales = new Float32Array(weights.length / taps);
  for (const [i, weight] of weights.entries())
    scales[channelOf(i)] = Math.max(scales[channelOf(i)] ?? 0, Math.abs(weight));
  for (const [c, largest] of scales.entries()) scales[c] = stepOver(largest);
  return { whole: Int8Array.from(weights, (weight, i) => limited(weight / (scales[channelOf(i)] ?? 1))), scales };
}

/**
 * A node's weights, [output block][lane][16], as [output block][four lanes][16][4], each times the scale of the lane that it multiplies:
 * lanes of any scales are summed as they are.
 */
export function eightBitProduct(weights: Float32Array, lanes: readonly Level[]): WholeWeights {
  const depth = lanes.length;
  const outputs = weights.length / depth;
  const scaled = (output: number, k: number): number => {
    const block = Math.floor(output / LANES);
    return (weights[(block * depth + k) * LANES + (output % LANES)] ?? 0) * (lanes[k]?.scale ?? 1);
  };
  const whole = new Int8Array(weights.length);
  const scales = Float32Array.from({ length: outputs }, (_, output) => {
    let largest = 0;
    for (let k = 0; k < depth; k++) largest = Math.max(largest, Math.abs(scaled(output, k)));
    return stepOver(largest);
  });
  for (let output = 0; output < outputs; output++) {
    for (let k = 0; k < depth; k++)
      whole[placeOf(output, k, depth)] = limited(scaled(output, k) / (scales[output] ?? 1));
  }
  return { whole, scales };
}

/**
 * What a depthwise convolution's outputs lose on average by their weights' rounding, for each channel: to be added to its bias (Nagel et al.,
 * "Data-free quantization through weight equalization and bias correction", 2019, section 4.2). What lies beyond the map's border is
 * taken for a value like others.
 *
 * @param means of its inputs, by channel
 */
export function depthLoss(
  weights: Float32Array,
  { whole, scales }: WholeWeights,
  taps: number,
  means: readonly number[],
): Float32Array {
  const loss = new Float32Array(scales.length);
  for (const [i, weight] of weights.entries()) {
    const channel = Math.floor(i / LANES / taps) * LANES + (i % LANES);
    loss[channel] = (loss[channel] ?? 0) + (weight - (whole[i] ?? 0) * (scales[channel] ?? 0)) * (means[channel] ?? 0);
  }
  return loss;
}

/** The same of a node's outputs. @param means of the lanes */
export function productLoss(
  weights: Float32Array,
  { whole, scales }: WholeWeights,
  lanes: readonly Level[],
  means: readonly number[],
): Float32Array {
  const depth = lanes.length;
  return scales.map((scale, output) => {
    const block = Math.floor(output / LANES);
    let loss = 0;
    for (let k = 0; k < depth; k++) {
      const rounded = (whole[placeOf(output, k, depth)] ?? 0) * (scale / (lanes[k]?.scale ?? 1));
      loss += ((weights[(block * depth + k) * LANES + (output % LANES)] ?? 0) - rounded) * (means[k] ?? 0);
    }
    return loss;
  });
}

/** Where a node's weight of an output and a lane lies: [output block][four lanes][16][4]. */
const placeOf = (output: number, k: number, depth: number): number =>
  ((Math.floor(output / LANES) * (depth / 4) + Math.floor(k / 4)) * LANES + (output % LANES)) * 4 + (k % 4);
