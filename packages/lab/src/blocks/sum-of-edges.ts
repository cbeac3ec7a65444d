import type { Block, Interpreter } from './interpreter.js';

/**
 * What the edges into a node come to. A convolution adds what is there already for nothing, so it comes after a skip or a pool.
 * @throws an Error where there are none
 */
export function sumOfEdges<V>(terms: readonly { edge: Block; input: V }[], by: Interpreter<V>): V {
  const sum = terms
    .toSorted((a, b) => Number(a.edge.addsForNothing) - Number(b.edge.addsForNothing))
    .reduce<V | undefined>(
      (soFar, { edge, input }) => (soFar === undefined ? edge.read(input, by) : edge.readOnto(soFar, input, by)),
      undefined,
    );
  if (sum === undefined) throw new Error('A node has no incoming edge.');
  return sum;
}
