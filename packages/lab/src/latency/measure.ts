import { compileGraph, noise, openModel, type RuntimeName } from '@pocketnet/onnx';
import { noGrad, ops } from '@pocketnet/torch';
import type { Block } from '../blocks/interpreter.js';
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

/** Milliseconds of networks for one image on the engine, the fastest of the runs of each; they take turns. */
export async function timesOf(networks: readonly { network: Block; side: number }[], { engine, runs }: MeasureOptions) {
  const opened = [];
  try {
    for (const { network, side } of networks) {
      const { graph } = exportNetwork(network.eval(), { name: 'measured', embedding: 1, input: side });
      const model = await openModel(compileGraph(graph).bytes, { runtime: engine, threads: 1 });
      opened.push({ model, feeds: noise(model.inputs, 1), ms: Number.POSITIVE_INFINITY });
    }
    for (let run = -2; run < runs; run++) {
      for (const each of opened) {
        const begun = performance.now();
        await each.model.run(each.feeds);
        if (run >= 0) each.ms = Math.min(each.ms, performance.now() - begun);
      }
    }
    return opened.map(({ ms }) => ms);
  } finally {
    for (const { model } of opened) await model.close();
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
  const wanted = [...new Map(frames.flatMap(partsOfFrame).map((part) => [keyOf(part), part])).entries()].filter(
    ([key]) => !(key in parts),
  );
  const total = wanted.length + frames.length;
  for (const [i, [key, part]] of wanted.entries()) {
    parts[key] = { what: part.what, ms: await msOfPart(part, options) };
    options.onProgress?.(i + 1, total);
    options.signal?.throwIfAborted();
  }
  for (const [i, network] of frames.entries()) {
    const [whole = 0] = await timesOf([{ network, side: network.options.input }], options);
    const inside = partsOf(network).reduce((sum, part) => sum + (parts[keyOf(part)]?.ms ?? 0), 0);
    parts[restKey(network)] = {
      what: `stem, tail and all that is not of a part, ${whole.toFixed(2)} ms with it`,
      ms: Math.max(0, whole - inside),
    };
    options.onProgress?.(wanted.length + i + 1, total);
  }
  return parts;
}

/** Of one copy: what two plans take apart from one another, by the copies that they differ in. */
async function msOfPart(part: Part, options: MeasureOptions): Promise<number> {
  if (part.kind === 'input' && part.block.parameters().length === 0) return 0; // left out
  const { many, few, apart } = pairOf(part);
  const { side } = part.input;
  try {
    const [more = 0, less = 0] = await timesOf(
      [many, few].map((network) => ({ network: varied(network), side })),
      options,
    );
    return Math.max(0, (more - less) / apart);
  } finally {
    many.dispose();
    few.dispose();
  }
}

function pairOf({ block, make, input: { channels, side }, kind }: Part): { many: Block; few: Block; apart: number } {
  const { height } = block.read({ channels, height: side, width: side }, new Counter());
  if (kind === 'input') return pair((copies) => new BesideOneAnother(make, copies, channels, height), 10, 2);
  if (height < side) return pair((copies) => new HalvingNodes(make, copies / 2, channels, side, 8), 8, 0);
  return pair((copies) => new ChainOfNodes(make, copies / 2, channels, side), 20, 4);
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
