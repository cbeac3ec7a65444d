import { readFileSync } from 'node:fs';
import { writeFileAtomic } from '@pocketnet/files/node';
import {
  decodeModel,
  encodeModel,
  noiseOf,
  OBSERVERS,
  observe,
  quantise,
  quantisedValues,
  RECIPES,
  rewrite,
  sensitivities,
  shortNames,
} from '@pocketnet/onnx';
import { embedFeeds, facesAsFeeds } from './faces.js';

export interface QuantiseFileOptions {
  /** Faces to calibrate with, as for training: what the network is measured on is not among them. */
  faces: string;
  /** How many of them, 256 unless said; a quarter of these measures the loss. */
  images?: number;
  /** Name of an observer; `mse` unless said. */
  observer?: string;
  /** How many of the nodes that lose most are computed in float, 0 unless said; their weights are stored in eight bits all the same. */
  inFloat?: number;
  seed?: number;
  onProgress?: (what: string, done: number, of: number) => void;
}

export interface QuantisedFile {
  bytes: number;
  /** Layers with weights in eight bits, and the nodes that are computed in float, the most sensitive first. */
  quantised: number;
  inFloat: string[];
  observer: string;
  images: number;
  /** Mean cosine of the embeddings to those in float, on faces that were not calibrated with. */
  cosine: number;
  /** Σ |error|² / Σ |float|² of them. */
  noise: number;
}

/**
 * Writes an embedder's ONNX file with weights and activations in eight bits (static, QDQ). Batch norms are folded first; the file's names
 * become short, since they are a good part of it.
 *
 * @throws an Error about the file, the faces or the observer's name
 */
export async function quantiseOnnx(path: string, out: string, options: QuantiseFileOptions): Promise<QuantisedFile> {
  const { faces, images = 256, observer: name = 'mse', inFloat = 0, seed = 1, onProgress } = options;
  const observer = OBSERVERS.find((each) => each.name === name);
  if (!observer)
    throw new Error(`There is no observer "${name}"; there are ${OBSERVERS.map((each) => each.name).join(', ')}.`);
  const { graph: given, metadata, ...header } = decodeModel(readFileSync(path), path);
  const { graph } = rewrite(given, RECIPES['prelu+apart'] ?? []);
  const all = await facesAsFeeds(graph, path, { faces, images, seed });
  const tests = all.splice(Math.ceil((3 * all.length) / 4));
  const run = { threads: 1, opset: header.opset };
  const seen = await observe(graph, quantisedValues(graph), all, {
    ...run,
    onProgress: (done) => onProgress?.('calibrate', done, all.length),
  });
  const ranges = new Map([...seen].map(([value, histogram]) => [value, observer.rangeOf(histogram)]));
  const ranked =
    inFloat === 0
      ? []
      : await sensitivities(graph, ranges, tests.slice(0, 16), {
          ...run,
          onProgress: (done, of) => onProgress?.('sensitivity', done, of),
        });
  const floats = ranked.slice(0, inFloat).map(({ node }) => node);
  const written = quantise(graph, ranges, { inFloat: new Set(floats) });
  const words = `int8, ${observer.name} on ${all.length} faces of ${faces.split('/').at(-1)}, ${floats.length} nodes in float`;
  const bytes = encodeModel(shortNames(written), { ...header, metadata: { ...metadata, quantised: words } });
  const [before, after] = [await embedFeeds(encodeModel(graph, header), tests), await embedFeeds(bytes, tests)];
  const [cosine, noise] = [meanCosine(before, after), noiseOf(before, after)];
  if (!Number.isFinite(cosine) || !Number.isFinite(noise))
    throw new Error(
      `${path}: in eight bits, embeddings of faces of ${faces} are not finite or zero. Nothing is written: check the network and the faces.`,
    );
  writeFileAtomic(out, bytes);
  return {
    ...{ bytes: bytes.length, inFloat: floats, observer: observer.name, images: all.length },
    quantised: [...written.initializers.values()].filter(isWeightInEightBits).length,
    ...{ cosine, noise },
  };
}

function meanCosine(a: readonly number[][], b: readonly number[][]): number {
  const dot = (x: readonly number[], y: readonly number[]): number =>
    x.reduce((sum, value, k) => sum + value * (y[k] ?? 0), 0);
  const cosines = a.map((row, i) => dot(row, b[i] ?? []) / Math.sqrt(dot(row, row) * dot(b[i] ?? [], b[i] ?? [])));
  return cosines.reduce((sum, cosine) => sum + cosine, 0) / cosines.length;
}

/** Scales and zero points have an axis at most. */
const isWeightInEightBits = ({ dtype, shape }: { dtype: string; shape: readonly number[] }): boolean =>
  dtype === 'int8' || (dtype === 'uint8' && shape.length > 1);
