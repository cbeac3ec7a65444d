import { nn, ops, type Tensor } from '@pocketnet/torch';
import { type CellShape, cellInputs } from '../blocks/cell-inputs.js';
import type { Block } from '../blocks/interpreter.js';
import { FusedCell } from './fused-cell.js';
import { MixedOp } from './mixed-op.js';

/** A cell of the search network: every node sums a mixed operation of every state before it. */
export class SearchCell extends nn.Module {
  readonly preproc0: Block;
  readonly preproc1: Block;
  readonly dag: nn.ModuleList<nn.ModuleList<MixedOp>>;
  readonly #fused: FusedCell;

  constructor(
    readonly shape: CellShape,
    readonly nodes: number,
  ) {
    super();
    const { channels, reduces } = shape;
    [this.preproc0, this.preproc1] = cellInputs(shape, false);
    this.dag = new nn.ModuleList(
      Array.from({ length: nodes }, (_, node) => {
        const stride = (from: number): 1 | 2 => (reduces && from < 2 ? 2 : 1);
        return new nn.ModuleList(Array.from({ length: node + 2 }, (_, from) => new MixedOp(channels, stride(from))));
      }),
    );
    this.#fused = new FusedCell(this.dag, reduces);
  }

  /**
   * @param before, last outputs of the two cells before
   * @param weights for every node the shares of its edges' operations, [node + 2, columns of α], rows summing to 1
   * @returns the nodes side by side, [N, nodes · C, H, W], halved in a reduction cell
   */
  mix(before: Tensor, last: Tensor, weights: readonly Tensor[]): Tensor {
    const inputs: [Tensor, Tensor] = [this.preproc0.forward(before), this.preproc1.forward(last)];
    return this.#fused.takes(inputs) ? this.#fused.mix(inputs, weights) : this.#stepByStep(inputs, weights);
  }

  /** Operation by operation, as the paper has it: the formula that the fused cell is equal to. */
  #stepByStep(inputs: readonly Tensor[], weights: readonly Tensor[]): Tensor {
    const states = [...inputs];
    for (const [node, edges] of [...this.dag].entries()) {
      const shares = weights[node] as Tensor; // one for each node
      const terms = Array.from(edges, (edge, from) =>
        edge.mix(states[from] as Tensor, ops.reshape(ops.slice(shares, 0, from, from + 1), [-1])),
      );
      states.push(terms.reduce((sum, term) => ops.add(sum, term)));
    }
    return ops.concat(states.slice(2));
  }

  forward(): Tensor {
    throw new Error("A search cell takes two inputs and the mixed operations' weights: call mix().");
  }
}
