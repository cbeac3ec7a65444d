import { primitives, skipConnect } from '../blocks/primitives/index.js';
import type { CellType } from '../search-space/alphas.js';
import type { Edge, Genotype } from '../search-space/genotype.js';

/** What the network of found cells costs for an image. */
export interface NetworkCost {
  parameters: number;
  macs: number;
  flops: number;
  /** Predicted milliseconds, where the search has a table. */
  ms?: number;
}

const measures = ['parameters', 'macs', 'flops', 'ms'] as const;

/**
 * What networks of one frame cost, edge by edge. The cost of a network is that of its frame and a sum over the edges of its cells, and an edge's
 * depends on its operation, the kind of its cell, and whether it comes from an input of the cell or from a node. So it is enough to build one
 * network for each of these: thousands of candidates are then priced without building any.
 */
export class EdgePrices {
  /** Of cells of nothing but skip-connections from inputs. */
  readonly base: NetworkCost;
  readonly #prices: ReadonlyMap<string, NetworkCost>;

  /**
   * @param nodes of a cell, two at least
   * @param built what the network of a genotype costs, counted on that network
   */
  constructor(
    readonly nodes: number,
    built: (genotype: Genotype) => NetworkCost,
  ) {
    this.base = built(plain(nodes));
    this.#prices = new Map(
      (['normal', 'reduce'] as const).flatMap((kind) =>
        primitives.names.flatMap((name) =>
          [1, 2].map((from): [string, NetworkCost] => [
            keyOf(kind, [name, from]),
            combined(built(plain(nodes, kind, [name, from])), this.base, -1),
          ]),
        ),
      ),
    );
  }

  /** What an edge costs beyond a skip-connection from an input of the cell. */
  priceOf(kind: CellType, edge: Edge): NetworkCost {
    const price = this.#prices.get(keyOf(kind, edge));
    if (!price)
      throw new Error(`There is no operation ${edge[0]} in the search space: ${primitives.names.join(', ')}.`);
    return price;
  }

  /** @param genotype of as many nodes, two edges into each, all of them in the cells' outputs */
  costOf(genotype: Genotype): NetworkCost {
    return (['normal', 'reduce'] as const)
      .flatMap((kind) => genotype[kind].flat().map((edge) => this.priceOf(kind, edge)))
      .reduce((sum, price) => combined(sum, price, 1), this.base);
  }

  /** Whether a genotype is one that these prices are of. */
  covers({ normal, reduce, normalConcat, reduceConcat }: Genotype): boolean {
    const isWhole = (cell: Genotype['normal'], concat: readonly number[]): boolean =>
      cell.length === this.nodes && cell.every((edges) => edges.length === 2) && concat.length === this.nodes;
    return isWhole(normal, normalConcat) && isWhole(reduce, reduceConcat);
  }
}

/** Where an edge comes from matters only in this: a reduction cell's nodes are half as large as its inputs. */
const keyOf = (kind: CellType, [name, from]: Edge): string => `${kind} ${name} ${from < 2 ? 'input' : 'node'}`;

/** Cells of skip-connections from both inputs; but for one edge, where one is given, of the second node. */
function plain(nodes: number, odd?: CellType, edge?: Edge): Genotype {
  const skip = skipConnect.name;
  const cell = (kind: CellType): Edge[][] =>
    Array.from({ length: nodes }, (_, node) => [[skip, 0], node === 1 && kind === odd && edge ? edge : [skip, 1]]);
  const concat = Array.from({ length: nodes }, (_, node) => node + 2);
  return { normal: cell('normal'), normalConcat: concat, reduce: cell('reduce'), reduceConcat: concat };
}

function combined(one: NetworkCost, other: NetworkCost, sign: 1 | -1): NetworkCost {
  const sum = { ...one };
  for (const measure of measures) {
    const [a, b] = [one[measure], other[measure]];
    if (a !== undefined && b !== undefined) sum[measure] = a + sign * b;
  }
  return sum;
}
