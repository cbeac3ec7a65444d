import type { OpenedPlan, OpenOptions } from '@pocketnet/engine';
import { type Axis, isPlan, readPlanHeader, readPlanMetadata } from '@pocketnet/engine/plan';
import { compileGraph } from '../compile/compile.js';
import type { Dim, ValueInfo } from '../graph/graph.js';
import { decodeModel } from '../model/model.js';
import type { Feed } from './feeds.js';
import type { ModelSource, RuntimeOptions, Session } from './runtime.js';
import { withoutTinyWeights } from './tiny-weights.js';

/** Opens a plan for images of one height and width. */
type OpenPlan = (bytes: Uint8Array, options: OpenOptions) => Promise<OpenedPlan>;

/** Sizes of images that stay open at a time, where a plan takes any. */
const MOST_SIZES = 4;

/** A plan, or an ONNX model compiled here, in the engine: opened for a size of images when the first of them comes. */
export async function engineSession(
  { bytes, path, name }: ModelSource,
  { arithmetic }: RuntimeOptions,
  open: OpenPlan,
): Promise<Session> {
  if (path !== undefined)
    throw new Error(
      'The model and the data files beside it are together larger than 2 GiB, more than the engine is made for.',
    );
  const plan = planOf(bytes, name);
  const { height, width } = readPlanHeader(plan, name);
  const metadata = readPlanMetadata(plan, name);
  const opened = new Map<string, OpenedPlan>();

  async function openedFor(rows: number, columns: number): Promise<OpenedPlan> {
    const key = `${rows}×${columns}`;
    const known =
      opened.get(key) ?? (await open(plan, { height: rows, width: columns, name, ...(arithmetic && { arithmetic }) }));
    opened.delete(key); // the last one used stands last
    opened.set(key, known);
    const [oldest] = opened;
    if (opened.size > MOST_SIZES && oldest) {
      oldest[1].close();
      opened.delete(oldest[0]);
    }
    return known;
  }

  const isFixed = height > 0 && width > 0;
  const first = isFixed ? await openedFor(height, width) : undefined;
  const shapeOf = (axes: readonly Axis[], index: number): Dim[] =>
    first?.outputs[index] ? ['batch', ...first.outputs[index].dims] : ['batch', ...axes.map(() => null)];
  return {
    inputs: planInputs(plan, name),
    outputs: metadata.outputs.map(({ name: output, axes }, i) => ({
      name: output,
      dtype: 'float32',
      shape: shapeOf(axes, i),
    })),
    async run(feeds) {
      const { data, dims } = feeds[metadata.input.name] as Feed; // present: the feeds were checked
      const [count = 0, , rows = 0, columns = 0] = dims;
      const { run, outputs } = await openedFor(rows, columns);
      const results = count > 0 ? run(data as Float32Array, count) : {}; // float32: the feeds were checked
      return Object.fromEntries(
        outputs.map((output) => [
          output.name,
          { data: results[output.name] ?? new Float32Array(0), dims: [count, ...output.dims] },
        ]),
      );
    },
    async release() {
      for (const one of opened.values()) one.close();
      opened.clear();
    },
  };
}

/** What a plan takes: its image. */
export function planInputs(plan: Uint8Array, name: string): ValueInfo[] {
  const { channels, height, width } = readPlanHeader(plan, name);
  const shape = ['batch', channels, height || 'height', width || 'width'];
  return [{ name: readPlanMetadata(plan, name).input.name, dtype: 'float32', shape }];
}

/** A plan as it is, or an ONNX model compiled. */
export function planOf(bytes: Uint8Array, name: string): Uint8Array {
  if (isPlan(bytes)) return bytes;
  const { graph, metadata } = decodeModel(withoutTinyWeights(bytes, name), name);
  return compileGraph(graph, { metadata }).bytes;
}
