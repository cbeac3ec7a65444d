import { LANES } from '@pocketnet/engine/plan';

/** Which channel each lane of some blocks holds; −1: none, zeros. */
export type Lanes = Int32Array;

/** Channels in their order, filled up to whole blocks. */
export function denseLanes(channels: number): Lanes {
  const blocks = Math.ceil(channels / LANES);
  return Int32Array.from({ length: blocks * LANES }, (_, lane) => (lane < channels ? lane : -1));
}

/** Whether lanes are the channels in their order. */
export const isDense = (lanes: Lanes, channels: number): boolean =>
  lanes.length === Math.ceil(channels / LANES) * LANES &&
  lanes.every((channel, lane) => channel === (lane < channels ? lane : -1));

/** Values by channel as values by lane. */
export function byLane(values: Float32Array, lanes: Lanes): Float32Array {
  return Float32Array.from(lanes, (channel) => (channel < 0 ? 0 : (values[channel] ?? 0)));
}

/** Scales and shifts by channel: [block][scales, shifts][16]. */
export function affineByLane(scale: Float32Array, shift: Float32Array, lanes: Lanes): Float32Array {
  const packed = new Float32Array(2 * lanes.length);
  for (const [lane, channel] of lanes.entries()) {
    const at = 2 * (lane - (lane % LANES)) + (lane % LANES);
    packed[at] = channel < 0 ? 0 : (scale[channel] ?? 0);
    packed[at + LANES] = channel < 0 ? 0 : (shift[channel] ?? 0);
  }
  return packed;
}

/** Depthwise weights, [channel][tap], as [block][tap][16]. */
export function depthByLane(weight: Float32Array, taps: number, lanes: Lanes): Float32Array {
  const packed = new Float32Array(lanes.length * taps);
  for (const [lane, channel] of lanes.entries()) {
    if (channel < 0) continue;
    const block = Math.floor(lane / LANES);
    for (let tap = 0; tap < taps; tap++)
      packed[(block * taps + tap) * LANES + (lane % LANES)] = weight[channel * taps + tap] ?? 0;
  }
  return packed;
}

/** One part of the stacked lanes of a node: for each lane the input channel and tap that it stands for; −1: zeros. */
export interface Stack {
  readonly weight: Float32Array;
  /** Input channels, and taps of a channel, of the weights [out][in][tap]. */
  readonly depth: number;
  readonly taps: number;
  readonly lanes: readonly { readonly channel: number; readonly tap: number }[];
}

/** Lanes of a source whose every tap is a lane of its own: [block][tap][16]. */
export function denseStack(weight: Float32Array, depth: number, taps: number, lanes: Lanes): Stack {
  const stacked = Array.from({ length: lanes.length * taps }, (_, i) => {
    const [segment, lane] = [Math.floor(i / LANES), i % LANES];
    const block = Math.floor(segment / taps);
    return { channel: lanes[block * LANES + lane] ?? -1, tap: segment % taps };
  });
  return { weight, depth, taps, lanes: stacked };
}

/** Lanes of patches of the image: [tap][channel], filled up. */
export function patchStack(weight: Float32Array, depth: number, taps: number): Stack {
  const length = Math.ceil((depth * taps) / LANES) * LANES;
  const lanes = Array.from({ length }, (_, i) => ({
    channel: i < depth * taps ? i % depth : -1,
    tap: Math.floor(i / depth),
  }));
  return { weight, depth, taps, lanes };
}

/** The weights of a node: [output block][stacked lane][16 outputs]. */
export function packProduct(stacks: readonly Stack[], outputs: Lanes): Float32Array {
  const depth = stacks.reduce((sum, { lanes }) => sum + lanes.length, 0);
  const packed = new Float32Array(outputs.length * depth);
  let first = 0;
  for (const { weight, depth: channels, taps, lanes } of stacks) {
    for (const [k, { channel, tap }] of lanes.entries()) {
      if (channel < 0) continue;
      for (const [lane, output] of outputs.entries()) {
        if (output < 0) continue;
        const block = Math.floor(lane / LANES);
        packed[(block * depth + first + k) * LANES + (lane % LANES)] =
          weight[(output * channels + channel) * taps + tap] ?? 0;
      }
    }
    first += lanes.length;
  }
  return packed;
}
