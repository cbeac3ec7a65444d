import type { Graph } from '../graph/graph.js';
import { encodeModel } from '../model/model.js';
import type { Feed } from '../run/feeds.js';
import { openModel } from '../run/model.js';
import type { Range } from './observers.js';
import { type QuantiseOptions, quantisable, quantise } from './quantise.js';

/** The loss from quantising one node alone. */
export interface Sensitivity {
  readonly node: string;
  readonly op: string;
  /** Σ |error|² / Σ |float|² over the graph's first output: the noise that the node brings, as a share. */
  readonly noise: number;
  /** Bytes of its constants in float32. */
  readonly bytes: number;
}

/**
 * Quantises one node at a time and measures how far the graph's output moves: the nodes that move it most are the first to compute
 * in float.
 * @returns the most sensitive first; those with noise that is not finite before all
 */
export async function sensitivities(
  graph: Graph,
  ranges: ReadonlyMap<string, Range>,
  feeds: readonly Record<string, Feed>[],
  options: QuantiseOptions & { threads?: number; opset?: number; onProgress?: (done: number, of: number) => void } = {},
): Promise<Sensitivity[]> {
  const { threads, opset, onProgress } = options;
  const all = quantisable(graph, options);
  const run = async (written: Graph): Promise<number[][]> => {
    const bytes = encodeModel(written, opset === undefined ? {} : { opset });
    const model = await openModel(bytes, threads === undefined ? {} : { threads });
    try {
      const results: number[][] = [];
      for (const feed of feeds) {
        const output = (await model.run(feed))[graph.outputs[0]?.name ?? ''];
        results.push(Array.from(output?.data ?? [], Number));
      }
      return results;
    } finally {
      await model.close();
    }
  };
  const reference = await run(graph);
  const found: Sensitivity[] = [];
  for (const [done, { name, op, inputs }] of all.entries()) {
    const others = new Set(all.flatMap((node) => (node.name === name ? [] : [node.name])));
    const noise = noiseOf(
      reference,
      await run(quantise(graph, ranges, { ...options, except: new Set([...(options.except ?? []), ...others]) })),
    );
    const bytes = inputs.reduce((sum, input) => sum + (graph.initializers.get(input)?.data.byteLength ?? 0), 0);
    found.push({ node: name, op, noise, bytes });
    onProgress?.(done + 1, all.length);
  }
  return found.sort((a, b) => ranked(b.noise) - ranked(a.noise));
}

/** NaN is the worst that a node can do, and compares with nothing. */
const ranked = (noise: number): number => (Number.isFinite(noise) ? noise : Number.MAX_VALUE);

/** Σ |actual − reference|² / Σ |reference|². */
export function noiseOf(reference: readonly (readonly number[])[], actual: readonly (readonly number[])[]): number {
  let [error, signal] = [0, 0];
  for (const [i, row] of reference.entries())
    for (const [k, value] of row.entries()) {
      error += ((actual[i]?.[k] ?? Number.NaN) - value) ** 2;
      signal += value ** 2;
    }
  return error / signal;
}
