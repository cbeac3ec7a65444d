import { ops, type Tensor, tensor } from '@pocketnet/torch';
import type { Block } from '../blocks/interpreter.js';
import { primitives } from '../blocks/primitives/index.js';
import { findStem } from '../blocks/stems/index.js';
import { type Cost, count } from '../networks/count.js';
import { alphaColumns, type CellType } from '../search-space/alphas.js';
import type { SearchNetwork } from '../search-space/search-network.js';

/** For each type of cell and each node the cost of every operation on every edge, [node + 2][columns of α], summed over the network's cells. */
export type CostTable = Record<CellType, number[][][]>;

/** An operation of a search network's edge, as what prices it sees it. */
export interface PricedOperation {
  op: Block;
  name: string;
  channels: number;
  stride: 1 | 2;
  /** Of the map that it takes, in pixels. */
  side: number;
}

/**
 * What the operations cost, weighted by 2 / (edges of the node): the chance that an edge is kept, before anything is known about it. With
 * the shares of the operations as weights this adds up to the expected cost of the derived cells' operations.
 * @param input side of the network's input in pixels
 */
export function costTable(
  network: SearchNetwork,
  input: number,
  measure: keyof Cost | ((operation: PricedOperation) => number),
): CostTable {
  const price = ({ op, side, channels }: PricedOperation): number => count(op, side, channels)[measure as keyof Cost];
  const priced = typeof measure === 'string' ? price : measure;
  const columns = alphaColumns().length; // `none`'s stays 0
  const table: CostTable = { normal: [], reduce: [] };
  let side = input / findStem(network.net.frame.stem).stride;
  for (const cell of network.net.cells) {
    const { reduces, channels } = cell.shape;
    const kind = table[reduces ? 'reduce' : 'normal'];
    for (const [node, edges] of [...cell.dag].entries()) {
      kind[node] ??= Array.from({ length: node + 2 }, () => Array<number>(columns).fill(0));
      for (const [from, edge] of [...edges].entries()) {
        const seen = reduces && from >= 2 ? side / 2 : side;
        const row = kind[node]?.[from] as number[];
        const { stride } = edge;
        for (const [k, op] of [...edge._ops].entries()) {
          const name = primitives.names[k] as string; // one for each
          row[k] = (row[k] ?? 0) + (2 / (node + 2)) * priced({ op, name, channels, stride, side: seen });
        }
      }
    }
    if (reduces) side /= 2;
  }
  return table;
}

/** Σ over edges and operations of share · cost, a scalar that α can be derived by. */
export function expectedCost(shares: Record<CellType, readonly Tensor[]>, table: CostTable): Tensor {
  const terms = (['normal', 'reduce'] as const).flatMap((kind) =>
    shares[kind].map((share, node) => {
      const costs = tensor((table[kind][node] ?? []).flat(), share.shape);
      return ops.sum(ops.mul(share, ops.toDevice(costs, share.device, share.dtype)));
    }),
  );
  return terms.reduce((sum, term) => ops.add(sum, term));
}

/** weight · max(0, expected / target − 1): nothing within the budget, `weight` at twice of it. */
export const budgetPenalty = (network: SearchNetwork, table: CostTable, target: number, weight: number): Tensor =>
  ops.mulScalar(ops.relu(ops.addScalar(ops.mulScalar(expectedCost(network.shares(), table), 1 / target), -1)), weight);
