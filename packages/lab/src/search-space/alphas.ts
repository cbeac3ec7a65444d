import { nn, ops, scope, type Tensor } from '@pocketnet/torch';
import { primitives } from '../blocks/primitives/index.js';

/** The two kinds of cells; all cells of a kind share one α. */
export type CellType = 'normal' | 'reduce';

/** What a search chooses among, in the order of α's columns: every primitive, and last `none`, which no cell keeps (facts 1.1). */
export const alphaColumns = (): readonly string[] => [...primitives.names, 'none'];

/** The architecture parameters of one type of cell: for node i a matrix [i + 2, columns], at first 10⁻³·N(0, 1). */
export class Alphas extends nn.Module {
  readonly [node: number]: nn.Parameter;
  readonly #nodes: number;

  constructor(nodes: number) {
    super();
    this.#nodes = nodes;
    const columns = alphaColumns().length;
    for (let node = 0; node < nodes; node++) {
      const alpha = scope(() => new nn.Parameter(ops.mulScalar(ops.randn([node + 2, columns]), 1e-3)));
      Object.assign(this, { [node]: alpha });
    }
  }

  /** Per node [i + 2, columns], rows summing to 1. */
  shares(): Tensor[] {
    return this.parameters().map((alpha) => ops.softmax(alpha, 1));
  }

  /** α as numbers: node, edge, operation. */
  values(): number[][][] {
    return this.parameters().map((alpha) => rows(alpha));
  }

  forward(): Tensor {
    throw new Error(`These are the architecture parameters of ${this.#nodes} nodes; they compute nothing.`);
  }
}

function rows(matrix: Tensor): number[][] {
  const values = Array.from(matrix.toArray(), Number);
  const [edges = 0, columns = 0] = matrix.shape;
  return Array.from({ length: edges }, (_, edge) => values.slice(edge * columns, (edge + 1) * columns));
}
