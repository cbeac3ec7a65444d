import { readTensors } from '@pocketnet/files/node';
import { operator, ops, scope, type Tensor } from '@pocketnet/torch';
import type { Block } from '../blocks/interpreter.js';
import { describeMisfits, fit } from './fit.js';
import { entriesFor } from './load.js';

/** @param size [height, width] */
const upsampleBilinear = operator<[self: Tensor, size: number[], alignCorners: boolean], Tensor>(
  'aten::upsample_bilinear2d',
);

/**
 * Sets a network's weights to those of a file, which may have been trained at another input size: the last depthwise kernel, which covers
 * the whole of the last map, is resampled to that map's new side and scaled by the ratio of the areas: a mean stays a mean. Where only the
 * embeddings' widths differ, as those of PocketNetS-256 and S-128 do, the numbers that both have are taken, from the first on: of targets on
 * principal directions, largest first, those of the wider network begin with those of the narrower one.
 *
 * @throws an Error that names the file, where the weights are of another network
 */
export function startFrom(network: Block, path: string): void {
  const stored = readTensors(path);
  const misfit = fit(stored.tensors, network.stateDict());
  if (misfit.missing.length + misfit.unknown.length > 0)
    throw new Error(`init ${path}: These weights do not fit this network: ${describeMisfits(misfit)}.`);
  scope(() => {
    const state = network.stateDict();
    const given = entriesFor(network, stored, misfit.prefix);
    const widths = embeddingWidths(given, state);
    const fitted = new Map(
      [...given].map(([name, value]) => {
        const own = state.get(name) as Tensor; // given has the names of the state
        return [name, makesEmbedding(value, own, widths) ? firstOf(value, own) : resampled(value, own.shape)];
      }),
    );
    try {
      network.loadStateDict(fitted);
    } catch (cause) {
      throw new Error(`init ${path}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    }
  });
}

/** A depthwise kernel [C, 1, k, k] as [C, 1, m, m], where that is what is wanted; everything else as it is. */
function resampled(value: Tensor, wanted: readonly number[]): Tensor {
  const [channels, one, from = 0, alsoFrom] = value.shape;
  const [wantedChannels, wantedOne, to = 0, alsoTo] = wanted;
  const isDepthwise = value.shape.length === 4 && one === 1 && from === alsoFrom;
  const isWanted = wanted.length === 4 && channels === wantedChannels && wantedOne === 1 && to === alsoTo;
  if (!isDepthwise || !isWanted || from === to) return value;
  return ops.mulScalar(upsampleBilinear(value, [to, to], false), (from * from) / (to * to));
}

/** Of the embedding in both: the length of the only vectors, those of the last norm, that differ. */
function embeddingWidths(
  given: ReadonlyMap<string, Tensor>,
  state: ReadonlyMap<string, Tensor>,
): readonly [given: number, own: number] {
  for (const [name, { shape }] of state) {
    const [width = 0] = given.get(name)?.shape ?? [];
    if (shape.length === 1 && width !== shape[0]) return [width, shape[0] ?? 0];
  }
  return [0, 0];
}

/** Whether two entries of one name differ in the width of the embedding, and in nothing else. */
function makesEmbedding({ shape }: Tensor, own: Tensor, [given, wanted]: readonly [number, number]): boolean {
  const [channels, ...rest] = shape;
  const [ownChannels, ...ownRest] = own.shape;
  return given !== wanted && channels === given && ownChannels === wanted && rest.join() === ownRest.join();
}

/** The rows of `own`, as far as `value` has them replaced by its. */
function firstOf(value: Tensor, own: Tensor): Tensor {
  const [given = 0, wanted = 0] = [value.shape[0], own.shape[0]];
  if (given >= wanted) return ops.slice(value, 0, 0, wanted);
  return ops.cat([value, ops.slice(own, 0, given, wanted)], 0);
}
