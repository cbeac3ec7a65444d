import { Random } from '@pocketnet/files';
import { primitives } from '../blocks/primitives/index.js';
import type { Edge, Genotype } from './genotype.js';

/** Streams of the seed. */
const [PAIRS, OPERATIONS] = [1, 2] as const;

/**
 * The path of a step through a search network: into every node two states with an operation each. Drawn as from shuffled decks, so that
 * the choice is even at all times, not in the mean alone (strict fairness: Chu et al. 2021, arXiv 1907.01845): a node takes all pairs of
 * states once before any a second time, and so an edge, of those times that it is taken, all operations.
 *
 * A function of seed and step alone: a resumed search draws the same.
 */
export function fairPath(seed: number, step: number, nodes: number): Genotype {
  const concat = Array.from({ length: nodes }, (_, node) => node + 2);
  const cell = (kind: number): Edge[][] => concat.map((_, node) => edgesInto(node, step, [seed, kind, node]));
  return { normal: cell(0), normalConcat: concat, reduce: cell(1), reduceConcat: concat };
}

function edgesInto(node: number, step: number, [seed, ...streams]: [number, ...number[]]): Edge[] {
  const states = node + 2;
  const pairs = Array.from({ length: states }, (_, b) =>
    Array.from({ length: b }, (_, a): [number, number] => [a, b]),
  ).flat();
  const deck = Math.floor(step / pairs.length);
  const order = new Random(seed, PAIRS, ...streams, deck).shuffle(pairs);
  const place = step % pairs.length;
  return (order[place] ?? []).map((state): Edge => {
    // A deck holds each state with every other one.
    const before = order.slice(0, place).filter((pair) => pair.includes(state)).length;
    const times = deck * (states - 1) + before;
    const names = primitives.names;
    const round = Math.floor(times / names.length);
    const drawn = new Random(seed, OPERATIONS, ...streams, state, round).shuffle(names);
    return [drawn[times % names.length] as string, state]; // inside by the remainder
  });
}
