import { nn, ops, type Tensor } from '@pocketnet/torch';
import { type Block, execute, type Interpreter } from '../blocks/interpreter.js';
import { type CellShape, findPreprocessing } from '../blocks/preprocessing/index.js';
import { primitives } from '../blocks/primitives/index.js';
import { sumOfEdges } from '../blocks/sum-of-edges.js';
import { type Frame, usualFrame } from './frame.js';
import { FusedCell } from './fused-cell.js';
import type { Genotype } from './genotype.js';
import { MixedOp } from './mixed-op.js';

/** A cell of the search network: every node sums a mixed operation of every state before it. */
export class SearchCell extends nn.Module {
  /** Null where the input from before is taken as the last cell has pre-processed it. */
  readonly preproc0: Block | null;
  readonly preproc1: Block;
  readonly dag: nn.ModuleList<nn.ModuleList<MixedOp>>;
  readonly #fused: FusedCell;

  constructor(
    readonly shape: CellShape,
    readonly nodes: number,
    readonly frame: Pick<Frame, 'preprocessing' | 'join'> = usualFrame,
  ) {
    super();
    const { channels, reduces } = shape;
    [this.preproc0, this.preproc1] = findPreprocessing(frame.preprocessing).inputs(shape, false);
    this.dag = new nn.ModuleList(
      Array.from({ length: nodes }, (_, node) => {
        const stride = (from: number): 1 | 2 => (reduces && from < 2 ? 2 : 1);
        return new nn.ModuleList(Array.from({ length: node + 2 }, (_, from) => new MixedOp(channels, stride(from))));
      }),
    );
    this.#fused = new FusedCell(this.dag, reduces);
  }

  /** Its two inputs, pre-processed. @param seen the second of them of the cell before */
  inputs<V>(before: V, last: V, by: Interpreter<V>, seen?: V): [V, V] {
    const first = this.preproc0?.read(before, by) ?? seen;
    if (first === undefined) throw new Error('This cell shares its first input with the cell before it.');
    return [first, this.preproc1.read(last, by)];
  }

  /**
   * @param inputs pre-processed
   * @param weights for every node the shares of its edges' operations, [node + 2, columns of α], rows summing to 1
   * @returns the nodes side by side, [N, nodes · C, H, W], or their sum, halved in a reduction cell
   */
  mix(inputs: readonly [Tensor, Tensor], weights: readonly Tensor[]): Tensor {
    if (!this.#fused.takes(inputs)) return this.#joined(this.#stepByStep(inputs, weights), execute);
    const nodes = this.#fused.mix(inputs, weights);
    if (this.frame.join === 'concat') return nodes;
    const { channels } = this.shape;
    const parts = [...this.dag].map((_, k) => ops.slice(nodes, 1, k * channels, (k + 1) * channels));
    return this.#joined(parts, execute);
  }

  /** Operation by operation, as the paper has it: the formula that the fused cell is equal to. */
  #stepByStep(inputs: readonly Tensor[], weights: readonly Tensor[]): Tensor[] {
    const states = [...inputs];
    for (const [node, edges] of [...this.dag].entries()) {
      const shares = weights[node] as Tensor; // one for each node
      const terms = Array.from(edges, (edge, from) =>
        edge.mix(states[from] as Tensor, ops.reshape(ops.slice(shares, 0, from, from + 1), [-1])),
      );
      states.push(terms.reduce((sum, term) => ops.add(sum, term)));
    }
    return states.slice(2);
  }

  #joined<V>(nodes: readonly V[], by: Interpreter<V>): V {
    return this.frame.join === 'sum' ? nodes.reduce((sum, node) => by.add(sum, node)) : by.concat(nodes);
  }

  /**
   * One path: into every node the operations of its edges alone.
   * @param inputs pre-processed
   * @param nodes for every node its edges
   */
  readPath<V>(inputs: readonly [V, V], nodes: Genotype['normal'], by: Interpreter<V>): V {
    const states = [...inputs];
    for (const [node, edges] of nodes.entries())
      states.push(
        sumOfEdges(
          edges.map(([name, from]) => ({ edge: this.#operation(node, from, name), input: states[from] as V })), // checked: genotypes are
          by,
        ),
      );
    return this.#joined(states.slice(2), by);
  }

  /** The modules that the path of these nodes goes through. */
  modulesOn(nodes: Genotype['normal']): nn.Module[] {
    const operations = nodes.flatMap((edges, node) => edges.map(([name, from]) => this.#operation(node, from, name)));
    return [...(this.preproc0 ? [this.preproc0] : []), this.preproc1, ...operations];
  }

  #operation(node: number, from: number, name: string): Block {
    const found = [...([...([...this.dag][node] ?? [])][from]?._ops ?? [])][primitives.names.indexOf(name)];
    if (!found) throw new Error(`The search network has no ${name} from state ${from} into node ${node}.`);
    return found;
  }

  forward(): Tensor {
    throw new Error("A search cell takes two inputs and the mixed operations' weights: call mix().");
  }
}
