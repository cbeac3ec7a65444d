import { nn, type Tensor } from '@pocketnet/torch';
import type { Block, Interpreter } from '../blocks/interpreter.js';
import { type CellShape, findPreprocessing } from '../blocks/preprocessing/index.js';
import { findPrimitive } from '../blocks/primitives/index.js';
import { sumOfEdges } from '../blocks/sum-of-edges.js';
import type { Frame } from '../search-space/frame.js';
import type { Genotype } from '../search-space/genotype.js';

/** A discrete cell: two inputs, nodes that each sum two operations, and the nodes' outputs side by side. */
export class Cell extends nn.Module {
  /** Null where the input from before is taken as the last cell has pre-processed it. */
  readonly preproc0: Block | null;
  readonly preproc1: Block;
  readonly dag: nn.ModuleList<nn.ModuleList<Block>>;
  readonly #nodes: Genotype['normal'];
  readonly #sources: readonly (readonly number[])[];
  readonly #concat: readonly number[];

  readonly #join: Frame['join'];

  constructor(
    genotype: Genotype,
    readonly shape: CellShape,
    { preprocessing, join }: Pick<Frame, 'preprocessing' | 'join'>,
  ) {
    super();
    const { channels, reduces } = shape;
    [this.preproc0, this.preproc1] = findPreprocessing(preprocessing).inputs(shape, true);
    this.#join = join;
    const nodes = reduces ? genotype.reduce : genotype.normal;
    this.dag = new nn.ModuleList(
      nodes.map(
        (edges) =>
          new nn.ModuleList(
            edges.map(([name, from]) => findPrimitive(name).make(channels, reduces && from < 2 ? 2 : 1, true)),
          ),
      ),
    );
    this.#nodes = nodes;
    this.#sources = nodes.map((edges) => edges.map(([, from]) => from));
    this.#concat = reduces ? genotype.reduceConcat : genotype.normalConcat;
  }

  /** The operations of its edges, with what each takes: 0 and 1 are the cell's inputs, 2… its nodes. */
  edges(): { name: string; block: Block; from: number }[] {
    const blocks = [...this.dag].flatMap((edges) => [...edges]);
    return this.#nodes.flat().map(([name, from], k) => ({ name, from, block: blocks[k] as Block })); // one for each
  }

  /** Its two inputs, pre-processed. @param seen the second of them of the cell before */
  inputs<V>(before: V, last: V, by: Interpreter<V>, seen?: V): [V, V] {
    const first = this.preproc0?.read(before, by) ?? seen;
    if (first === undefined)
      throw new Error("This cell shares its first input with the cell before it: give that cell's.");
    return [first, this.preproc1.read(last, by)];
  }

  read<V>(before: V, last: V, by: Interpreter<V>): V {
    return this.readFrom(this.inputs(before, last, by), by);
  }

  /** @param inputs pre-processed */
  readFrom<V>(inputs: readonly [V, V], by: Interpreter<V>): V {
    const states = [...inputs];
    const at = (index: number): V => {
      const state = states[index];
      if (state === undefined) throw new Error(`An edge takes state ${index}, which comes later or not at all.`);
      return state;
    };
    for (const [node, edges] of [...this.dag].entries()) {
      const terms = Array.from(edges, (edge, k) => ({ edge, input: at(this.#sources[node]?.[k] ?? -1) }));
      states.push(sumOfEdges(terms, by));
    }
    const parts = this.#concat.map(at);
    return this.#join === 'sum' ? parts.reduce((sum, part) => by.add(sum, part)) : by.concat(parts);
  }

  forward(): Tensor {
    throw new Error('A cell takes two inputs: call read().');
  }
}
