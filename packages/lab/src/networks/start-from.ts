import { loadTensors, operator, ops, scope, type Tensor } from '@pocketnet/torch';
import type { Block } from './interpreter.js';
import { withoutWrapping } from './load.js';

/** @param size [height, width] */
const upsampleBilinear = operator<[self: Tensor, size: number[], alignCorners: boolean], Tensor>(
  'aten::upsample_bilinear2d',
);

/**
 * Sets a network's weights to those of a file, which may have been trained at another input size: the last depthwise kernel, which covers
 * the whole of the last map, is resampled to that map's new side and scaled by the ratio of the areas: a mean stays a mean.
 *
 * @throws an Error that names the file, where the weights are of another network
 */
export function startFrom(network: Block, path: string): void {
  scope(() => {
    const state = network.stateDict();
    const given = withoutWrapping(loadTensors(path).tensors);
    const fitted = new Map([...given].map(([name, value]) => [name, resampled(value, state.get(name)?.shape)]));
    try {
      network.loadStateDict(fitted);
    } catch (cause) {
      throw new Error(`init ${path}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    }
  });
}

/** A depthwise kernel [C, 1, k, k] as [C, 1, m, m], where that is what is wanted; everything else as it is. */
function resampled(value: Tensor, wanted: readonly number[] | undefined): Tensor {
  const [channels, one, from = 0, alsoFrom] = value.shape;
  const [wantedChannels, wantedOne, to = 0, alsoTo] = wanted ?? [];
  const isDepthwise = value.shape.length === 4 && one === 1 && from === alsoFrom;
  const isWanted = wanted?.length === 4 && channels === wantedChannels && wantedOne === 1 && to === alsoTo;
  if (!isDepthwise || !isWanted || from === to) return value;
  return ops.mulScalar(upsampleBilinear(value, [to, to], false), (from * from) / (to * to));
}
