import type { Graph } from '../graph/graph.js';
import { encodeModel } from '../model/model.js';
import type { Feed } from '../run/feeds.js';
import { openModel } from '../run/model.js';
import { Histogram } from './histogram.js';

/**
 * Runs a graph and makes a histogram of the values of some of its tensors.
 *
 * @param values names of float32 tensors of the graph, its inputs included
 * @throws an Error that names a tensor with a value that is not finite
 * @param feeds runs; one after the other is asked for, so that they need not all be in memory
 */
export async function observe(
  graph: Graph,
  values: readonly string[],
  feeds: AsyncIterable<Record<string, Feed>> | Iterable<Record<string, Feed>>,
  options: { threads?: number; opset?: number; onProgress?: (runs: number) => void } = {},
): Promise<Map<string, Histogram>> {
  const { threads, opset, onProgress } = options;
  const inputs = new Set(graph.inputs.map(({ name }) => name));
  const seen = new Map(values.map((name) => [name, new Histogram()]));
  const known = new Set(graph.outputs.map(({ name }) => name));
  const further = values.filter((name) => !inputs.has(name) && !known.has(name));
  const watched = {
    ...graph,
    outputs: [...graph.outputs, ...further.map((name) => ({ name, dtype: 'float32' as const, shape: null }))],
  };
  const bytes = encodeModel(watched, opset === undefined ? {} : { opset });
  const model = await openModel(bytes, threads === undefined ? {} : { threads });
  try {
    let runs = 0;
    for await (const feed of feeds) {
      const results: Record<string, { data: ArrayLike<unknown> } | undefined> = { ...feed, ...(await model.run(feed)) };
      for (const [name, histogram] of seen)
        count(name, histogram, results[name]?.data as ArrayLike<number> | undefined); // of float32, as asked
      runs++;
      onProgress?.(runs);
    }
    if (runs === 0) throw new Error('There are no pictures to calibrate with. Give at least one.');
    return seen;
  } finally {
    await model.close();
  }
}

function count(name: string, histogram: Histogram, values: ArrayLike<number> | undefined): void {
  if (values === undefined) throw new Error(`The graph has no output "${name}".`);
  try {
    histogram.add(values);
  } catch (cause) {
    throw new Error(`"${name}" cannot be quantised: ${(cause as Error).message} Check the network and the pictures.`, {
      cause,
    });
  }
}
