import { nn, type Tensor } from '@pocketnet/torch';
import { type CellShape, cellInputs } from '../blocks/cell-inputs.js';
import type { Block, Interpreter } from '../blocks/interpreter.js';
import { findPrimitive } from '../blocks/primitives/index.js';
import { sumOfEdges } from '../blocks/sum-of-edges.js';
import type { Genotype } from '../search-space/genotype.js';

/** A discrete cell: two inputs, nodes that each sum two operations, and the nodes' outputs side by side. */
export class Cell extends nn.Module {
  readonly preproc0: Block;
  readonly preproc1: Block;
  readonly dag: nn.ModuleList<nn.ModuleList<Block>>;
  readonly #sources: readonly (readonly number[])[];
  readonly #concat: readonly number[];

  constructor(genotype: Genotype, shape: CellShape) {
    super();
    const { channels, reduces } = shape;
    [this.preproc0, this.preproc1] = cellInputs(shape, true);
    const nodes = reduces ? genotype.reduce : genotype.normal;
    this.dag = new nn.ModuleList(
      nodes.map(
        (edges) =>
          new nn.ModuleList(
            edges.map(([name, from]) => findPrimitive(name).make(channels, reduces && from < 2 ? 2 : 1, true)),
          ),
      ),
    );
    this.#sources = nodes.map((edges) => edges.map(([, from]) => from));
    this.#concat = reduces ? genotype.reduceConcat : genotype.normalConcat;
  }

  /** Channels of the output. */
  static width(genotype: Genotype, shape: Pick<CellShape, 'channels' | 'reduces'>): number {
    return shape.channels * (shape.reduces ? genotype.reduceConcat : genotype.normalConcat).length;
  }

  read<V>(before: V, last: V, by: Interpreter<V>): V {
    const states = [this.preproc0.read(before, by), this.preproc1.read(last, by)];
    const at = (index: number): V => {
      const state = states[index];
      if (state === undefined) throw new Error(`An edge takes state ${index}, which comes later or not at all.`);
      return state;
    };
    for (const [node, edges] of [...this.dag].entries()) {
      const terms = Array.from(edges, (edge, k) => ({ edge, input: at(this.#sources[node]?.[k] ?? -1) }));
      states.push(sumOfEdges(terms, by));
    }
    return by.concat(this.#concat.map(at));
  }

  forward(): Tensor {
    throw new Error('A cell takes two inputs: call read().');
  }
}
