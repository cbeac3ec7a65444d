import { readFileSync } from 'node:fs';
import { decodeModel, encodeModel, halveWeights, joinTwins, shortNames } from '@pocketnet/onnx';
import { writeFileAtomic } from '@pocketnet/torch/io';

/**
 * Writes an ONNX file anew with its weights as float16, cast when the model is loaded: half the size, the same speed. Weights that the recipes
 * `conv+…` have made two of become one again, and names become short, since they are a good part of a small file.
 *
 * @param out may be the same file
 * @returns its size in bytes
 */
export function halveOnnx(path: string, out: string): number {
  const { graph, metadata, ...header } = decodeModel(readFileSync(path), path);
  const halved = shortNames(halveWeights(joinTwins(graph)));
  const bytes = encodeModel(halved, { ...header, metadata: { ...metadata, weights: 'float16, cast at load' } });
  writeFileAtomic(out, bytes);
  return bytes.length;
}
