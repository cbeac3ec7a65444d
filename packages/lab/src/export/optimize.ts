import { readFileSync } from 'node:fs';
import { writeFileAtomic } from '@pocketnet/files/node';
import {
  compareRuns,
  decodeModel,
  encodeModel,
  fastestRecipe,
  noise,
  RECIPES,
  type RecipeTiming,
  type RuntimeName,
  rewrite,
} from '@pocketnet/onnx';
import { exportTolerance } from './check.js';
import { embedFeeds, facesAsFeeds } from './faces.js';

/** `auto`: the way that is fastest here, by measurement; or the name of one. */
export type Optimization = 'auto' | (string & {});

export interface OptimizeOptions {
  /** Where the network is to run, `native` unless said: what pays there need not pay elsewhere. */
  runtime?: RuntimeName;
  /** 1 unless said. */
  threads?: number;
  /** Faces on which the new graph is compared with the old one, 500 of them; unless said, one image of noise. */
  check?: string;
  onProgress?: (runs: number, recipe: string) => void;
}

export interface Optimized {
  recipe: string;
  bytes: number;
  nodes: { before: number; after: number };
  /** Largest difference from the file before, relative to its largest number, over `checked` images. */
  difference: number;
  checked: number;
  /** What was measured, the fastest first; nothing where a recipe was given. */
  timings: RecipeTiming[];
}

/**
 * Writes an embedder's ONNX file anew, so that it computes the same in less time.
 *
 * @param how `auto`, or the name of a recipe
 * @param out may be the same file
 * @throws an Error, and writes nothing, when the new graph's numbers lie further from the old one's than rounding explains
 */
export async function optimizeOnnx(
  path: string,
  out: string,
  how: Optimization,
  options: OptimizeOptions = {},
): Promise<Optimized> {
  const { runtime = 'native', threads = 1, check, onProgress } = options;
  const { graph, metadata, ...header } = decodeModel(readFileSync(path), path);
  const one = noise(graph.inputs, 1);
  const feeds = check === undefined ? [one] : await facesAsFeeds(graph, path, { faces: check, images: 500, seed: 1 });
  const chosen =
    how === 'auto'
      ? await fastestRecipe(graph, one, { runtime, threads, ...(onProgress && { onProgress }) })
      : { recipe: how, graph: rewrite(graph, passesOf(how)).graph, timings: [] };
  const words = how === 'auto' ? `${chosen.recipe}, the fastest in ${runtime} with ${threads} threads` : chosen.recipe;
  const bytes = encodeModel(chosen.graph, { ...header, metadata: { ...metadata, optimized: words } });
  const [before, after] = [await embedFeeds(encodeModel(graph, header), feeds), await embedFeeds(bytes, feeds)];
  const difference = compareRuns(before.flat(), after.flat()).maxRelative;
  if (!(difference <= exportTolerance))
    throw new Error(
      `${path}: optimised by ${chosen.recipe}, the network's numbers differ by ${difference.toExponential(1)}, more than ${exportTolerance}. Nothing is written.`,
    );
  writeFileAtomic(out, bytes);
  const nodes = { before: graph.nodes.length, after: chosen.graph.nodes.length };
  return {
    recipe: chosen.recipe,
    bytes: bytes.length,
    nodes,
    difference,
    checked: feeds.length,
    timings: chosen.timings,
  };
}

function passesOf(recipe: string): readonly string[] {
  const passes = RECIPES[recipe];
  if (passes) return passes;
  throw new Error(`There is no recipe "${recipe}"; there are auto, ${Object.keys(RECIPES).join(', ')}.`);
}
