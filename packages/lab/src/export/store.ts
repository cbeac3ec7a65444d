import { readFileSync } from 'node:fs';
import { writeFileAtomic } from '@pocketnet/files/node';
import {
  decodeModel,
  eightBitWeights,
  encodeModel,
  type Graph,
  halveWeights,
  joinTwins,
  shortNames,
} from '@pocketnet/onnx';

/** How weights can be stored that are computed with in float32: runtimes make them floats once, when they load the model. */
const STORES = {
  float16: { rewrite: halveWeights, words: 'float16, cast at load' },
  int8: { rewrite: (graph: Graph) => halveWeights(eightBitWeights(graph)), words: 'int8, made floats at load' },
};

export type Store = keyof typeof STORES;
export const storeNames = Object.keys(STORES) as Store[];

/**
 * Writes an ONNX file anew with its weights stored in fewer bits: half the size or a quarter, the same speed. Weights that the recipes `conv+…`
 * have made two of become one again, and names become short, since they are a good part of a small file.
 *
 * @param out may be the same file
 * @returns its size in bytes
 */
export function storeOnnx(path: string, out: string, how: Store): number {
  const { graph, metadata, ...header } = decodeModel(readFileSync(path), path);
  const { rewrite, words } = STORES[how];
  const stored = shortNames(rewrite(joinTwins(graph)));
  const bytes = encodeModel(stored, { ...header, metadata: { ...metadata, weights: words } });
  writeFileAtomic(out, bytes);
  return bytes.length;
}
