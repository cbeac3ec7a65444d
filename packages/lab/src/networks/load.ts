import { loadTensors, scope, type Tensor } from '@pocketnet/torch';
import { readGenotype } from '../search-space/genotype-text.js';
import type { Block } from './interpreter.js';
import { findNetwork, type NetworkEntry } from './registry.js';

/** A network with weights from a file, in evaluation mode. */
export interface LoadedNetwork {
  network: Block;
  entry: NetworkEntry;
  /** Width of the embedding. */
  embedding: number;
  /** Side of the input in pixels. */
  input: number;
  /** What the file says of itself: data, seed, step, … */
  metadata: Readonly<Record<string, string>>;
}

/**
 * Reads weights, `.safetensors` or `.pth`, into the network that they are of. Official files load as they are; the prefixes that
 * wrappers leave (`state_dict.`, `module.`) are taken off.
 *
 * @param name the network; by default what the file's metadata says
 * @throws an Error that names the file, when no network is named or the weights do not fit it
 */
export function loadNetwork(path: string, name?: string): LoadedNetwork {
  return scope(() => {
    const { tensors, metadata } = loadTensors(path);
    const named = name ?? metadata.network;
    if (named === undefined)
      throw new Error(`${path} does not say which network its weights are of: name it with --network.`);
    const entry = findNetwork(named);
    const embedding = Number(metadata.embedding ?? entry.embedding);
    const input = Number(metadata.input ?? 112);
    const { genotype } = metadata;
    const network = entry.build({
      embedding,
      input,
      ...(genotype !== undefined && { genotype: readGenotype(genotype) }),
    });
    try {
      network.loadStateDict(withoutWrapping(tensors));
    } catch (cause) {
      network.dispose();
      throw new Error(`${path}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    }
    return { network: network.eval(), entry, embedding, input, metadata };
  });
}

/** What training scripts and DistributedDataParallel put before the names, outermost first. */
const wrappings = ['state_dict.', 'model_state_dict.', 'module.'];

/** Tensors by the names that the network gives them. */
export function withoutWrapping(tensors: ReadonlyMap<string, Tensor>): ReadonlyMap<string, Tensor> {
  let bare = tensors;
  for (const prefix of wrappings) {
    const inside = [...bare].filter(([name]) => name.startsWith(prefix));
    if (inside.length > 0) bare = new Map(inside.map(([name, tensor]) => [name.slice(prefix.length), tensor]));
  }
  return bare;
}
