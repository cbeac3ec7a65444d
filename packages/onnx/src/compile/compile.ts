import { ENUMS, type Plan, type PlanMetadata, writePlan } from '@pocketnet/engine/plan';
import type { Graph } from '../graph/graph.js';
import { rewrite } from '../passes/optimize.js';
import { emit } from './emit.js';
import { countUses, type Expression } from './expression.js';
import { lower } from './lowering.js';
import { orderSteps } from './order.js';
import type { FloatStore } from './records.js';

/** What makes floats of a picture's bytes: (byte − mean) / deviation, in the network's order of colours. */
export interface Preprocessing {
  readonly mean: number;
  readonly deviation: number;
  readonly order: 'rgb' | 'bgr';
}

/** As ArcFace and its descendants have it. */
export const USUAL_PREPROCESSING: Preprocessing = { mean: 127.5, deviation: 127.5, order: 'rgb' };

export interface CompileOptions {
  /** How weights are stored; computed is in float32 always. float32 unless said. */
  readonly store?: FloatStore;
  /** Height and width of the image, where the graph leaves them open and the plan shall not. */
  readonly size?: readonly [height: number, width: number];
  readonly preprocessing?: Preprocessing;
  /** Key-value pairs that travel with the plan: the model's. */
  readonly metadata?: Readonly<Record<string, string>>;
}

export interface Compiled {
  /** The plan's file. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly plan: Plan;
  /** What each step makes, by the graph's names. */
  readonly names: readonly string[];
}

/** Laws that leave fewer and simpler nodes, and forms of nodes that the engine has no step for. */
const PASSES = ['sweep', 'fold-constants', 'fold-norms', 'fold-scales', 'share'];

/** Where a graph leaves the image's sides open, shapes are worked out for this one: 2⁷·5. */
const NOMINAL = 640;

/**
 * Compiles a graph for the engine.
 *
 * @throws an Error that names the node that cannot be compiled, and what to do
 */
export function compileGraph(graph: Graph, options: CompileOptions = {}): Compiled {
  const { store = 'float32', size, preprocessing = USUAL_PREPROCESSING, metadata = {} } = options;
  const simple = rewrite(graph, PASSES).graph;
  const sides = [2, 3].map((axis) => sideOf(simple, axis, size?.[axis - 2]));
  const [height = 0, width = 0] = sides;
  const outputs = lower(simple, height || NOMINAL, width || NOMINAL, !(height && width));
  const all = countUses(outputs);
  const tables = emit(outputs, all, store);
  const { tensors, buffers } = tables;
  const emitted = orderSteps(tables);
  const [input] = simple.inputs;
  const { mean, deviation, order } = preprocessing;
  const [scale, shift] = [1 / deviation, -mean / deviation];
  let sourceCount = 0;
  const plan: Plan = {
    metadata: {
      input: { name: input?.name ?? '' },
      outputs: outputs.map((output, i) => describe(simple.outputs[i]?.name ?? output.name, output)),
      model: metadata,
    },
    image: {
      ...{ channels: all.find(({ op }) => op === 'image')?.channels ?? 0, height, width },
      multiple: height && width ? 1 : coarsest(all, height || NOMINAL),
      blueFirst: order === 'bgr',
      ...{ scale: [scale, scale, scale], shift: [shift, shift, shift] },
    },
    ...{ tensors, buffers },
    sources: emitted.flatMap(({ sources }) => sources),
    steps: emitted.map(({ step, sources }) => {
      const firstSource = sourceCount;
      sourceCount += sources.length;
      return { ...step, firstSource };
    }),
  };
  return { bytes: writePlan(plan), plan, names: emitted.map(({ name }) => name) };
}

/** A side of the image: the graph's own, or the one asked for; 0 where both leave it open. */
function sideOf({ inputs }: Graph, axis: number, asked: number | undefined): number {
  const own = inputs[0]?.shape?.[axis];
  if (typeof own !== 'number') return asked ?? 0;
  if (asked !== undefined && asked !== own)
    throw new Error(
      `The model takes images of ${inputs[0]?.shape?.slice(2).join('×')} alone, not one with a side of ${asked}.`,
    );
  return own;
}

/** By how much the smallest map is smaller than the image: a network that enlarges maps again needs sides that this divides. */
function coarsest(all: readonly Expression[], height: number): number {
  if (!all.some(({ op }) => op === 'resize')) return 1;
  return Math.max(...all.map((e) => Math.ceil(height / e.height)));
}

function describe(name: string, output: Expression): PlanMetadata['outputs'][number] {
  const { op } = output;
  if (op === 'last') return { name, axes: output.flat ? ['pixels', 'channels'] : ['height', 'width', 'channels'] };
  if (op === 'flat') return { name, axes: ['values'] };
  return { name, axes: ['channels', 'height', 'width'] };
}

/** How many steps of each kind a plan has. */
export function stepKinds({ steps }: Plan): Record<string, number> {
  const counts: Record<string, number> = {};
  const names = Object.fromEntries(Object.entries(ENUMS.step).map(([name, kind]) => [kind, name]));
  for (const { kind } of steps) {
    const name = names[kind] ?? String(kind);
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}
