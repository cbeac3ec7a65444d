import { compileGraph, noise, openModel, type RuntimeName } from '@pocketnet/onnx';
import { noGrad, ops } from '@pocketnet/torch';
import type { Block } from '../blocks/interpreter.js';
import { findPrimitive } from '../blocks/primitives/index.js';
import { exportNetwork } from '../export/network.js';
import { Counter } from '../networks/count.js';
import type { PocketNet } from '../networks/index.js';
import { BesideOneAnother, ChainOfNodes, HalvingNodes } from './copies.js';
import { keyOf, type Part, partsOf, partsOfFrame, restKey } from './parts.js';
import type { LatencyTable } from './table.js';

/** What runs plans. */
export type Engine = Extract<RuntimeName, 'engine' | 'engine-native'>;

export interface MeasureOptions {
  engine: Engine;
  /** Runs of each plan, of which the fastest counts: others use the machine too. */
  runs: number;
  onProgress?: (done: number, total: number) => void;
  signal?: AbortSignal;
}

/** A network, and the side of the image that it takes. */
export interface Measured {
  network: Block;
  side: number;
}

/** A shared machine is slow for seconds or minutes at a time: the runs of a plan are spread over so many rounds of all plans. */
const rounds = 5;

/** Milliseconds of networks for one image on the engine, the fastest of the runs of each. In a round each runs alone with warm caches, as in an app. */
export async function timesOf(networks: readonly Measured[], options: MeasureOptions): Promise<number[]> {
  const { engine, runs, onProgress, signal } = options;
  const plans = networks.map(({ network, side }) => {
    const { graph } = exportNetwork(network.eval(), { name: 'measured', embedding: 1, input: side });
    return compileGraph(graph).bytes;
  });
  const fastest = plans.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round < rounds; round++) {
    for (const [i, plan] of plans.entries()) {
      const ms = await fastestRun(plan, engine, Math.ceil(runs / rounds));
      fastest[i] = Math.min(fastest[i] ?? ms, ms);
      onProgress?.(round * plans.length + i + 1, rounds * plans.length);
      signal?.throwIfAborted();
    }
  }
  return fastest;
}

async function fastestRun(plan: Uint8Array, engine: Engine, runs: number): Promise<number> {
  const model = await openModel(plan, { runtime: engine, threads: 1 });
  try {
    const feeds = noise(model.inputs, 1);
    let fastest = Number.POSITIVE_INFINITY;
    for (let run = -2; run < runs; run++) {
      const begun = performance.now();
      await model.run(feeds);
      if (run >= 0) fastest = Math.min(fastest, performance.now() - begun);
    }
    return fastest;
  } finally {
    await model.close();
  }
}

/**
 * Measures every part that networks of some frames may have, each by plans that hold many copies of it, and what is left of a network
 * of each frame beside its parts.
 */
export async function measureParts(
  frames: readonly PocketNet[],
  options: MeasureOptions,
  known: LatencyTable['parts'] = {},
): Promise<LatencyTable['parts']> {
  const parts: LatencyTable['parts'] = { ...known };
  const wanted = [...new Map(frames.flatMap(partsOfFrame).map((part) => [keyOf(part), part]))].filter(
    ([key]) => !(key in parts),
  );
  for (const [key, part] of wanted) parts[key] = { what: part.what, ms: 0 }; // of those that are left out
  const pairs = wanted.flatMap(([key, part]) => (isLeftOut(part) ? [] : [{ key, part, ...pairOf(part) }]));
  const plans = pairs.flatMap(({ part, many, few }) =>
    [many, few].map((network): Measured => ({ network: varied(network), side: part.input.side })),
  );
  const wholes = frames.map((network): Measured => ({ network, side: network.options.input }));
  const times = await timesOf([...plans, ...wholes], options).finally(() => {
    for (const { many, few } of pairs) for (const network of [many, few]) network.dispose();
  });
  for (const [i, { key, part, apart, beside }] of pairs.entries()) {
    const [more = 0, less = 0] = times.slice(2 * i);
    parts[key] = { what: part.what, ms: (more - less) / apart / (beside === key ? 2 : 1) };
  }
  for (const { key, part, beside } of pairs) {
    const other = beside === undefined || beside === key ? 0 : (parts[beside]?.ms ?? 0);
    parts[key] = { what: part.what, ms: Math.max(0, (parts[key]?.ms ?? 0) - other) };
  }
  for (const [i, network] of frames.entries()) {
    const whole = times[plans.length + i] ?? 0;
    const inside = partsOf(network).reduce((sum, part) => sum + (parts[keyOf(part)]?.ms ?? 0), 0);
    parts[restKey(network)] = {
      what: `stem, tail and all that is not of a part, ${whole.toFixed(2)} ms with it`,
      ms: Math.max(0, whole - inside),
    };
  }
  return parts;
}

const isLeftOut = ({ kind, block }: Part): boolean => kind === 'input' && block.parameters().length === 0;

/**
 * Two networks that differ in the number of copies of a part: what they take apart from one another, by that number, is the time of one. An
 * operation stands beside another one, as in a cell: two poolings of a node would be one pass of the engine, and take less.
 *
 * @returns the key of that other one too
 */
function pairOf({ block, make, input, kind }: Part): { many: Block; few: Block; apart: number; beside?: string } {
  const { channels, side } = input;
  const { height } = block.read({ channels, height: side, width: side }, new Counter());
  if (kind === 'input') return pair((copies) => new BesideOneAnother(make, copies, channels, height), 10, 2);
  const halves = height < side;
  const other = (): Block => findPrimitive('dw_conv_3x3').make(channels, halves ? 2 : 1, true);
  const node = [make, other] as const;
  return {
    ...(halves
      ? pair((nodes) => new HalvingNodes(node, nodes, channels, side, 8), 4, 0)
      : pair((nodes) => new ChainOfNodes(node, nodes, channels, side), 10, 2)),
    beside: keyOf({ block: other(), input, kind }),
  };
}

const pair = (build: (copies: number) => Block, many: number, few: number) => ({
  ...{ many: build(many), few: build(few) },
  apart: many - few,
});

/** With norms and slopes that no law of arithmetic can leave out. */
function varied(network: Block): Block {
  noGrad(() => {
    for (const [name, tensor] of network.stateDict())
      if (tensor.shape.length === 1) ops.uniform_(tensor, name.endsWith('running_var') ? 0.5 : 0.2, 1.2);
  });
  return network;
}
