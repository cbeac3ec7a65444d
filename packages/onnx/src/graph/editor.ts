import { type AttributeLike, attribute } from './attribute.js';
import type { DataOf, Dtype } from './dtype.js';
import type { Graph, Node } from './graph.js';
import { type Tensor, tensor } from './tensor.js';

/**
 * A graph while it is rewritten in place: knows who makes and who takes each value, and keeps that current. Nodes stay in an order in
 * which every value is made before it is used, as long as what is inserted uses what is made before its place.
 *
 * Graphs whose nodes hold graphs (If, Loop) are refused: their inner uses of outer values would be overlooked.
 */
export class GraphEditor {
  readonly #producers = new Map<string, Node>();
  readonly #consumers = new Map<string, Set<Node>>();
  readonly #names: Set<string>;

  /** @throws an Error for a graph with nested ones */
  constructor(readonly graph: Graph) {
    for (const node of graph.nodes) {
      const nested = [...node.attributes.values()].some(({ kind }) => kind === 'graph' || kind === 'graphs');
      if (nested)
        throw new Error(
          `Node "${node.name}" (${node.op}) contains a nested graph. Graphs with such nodes cannot be rewritten.`,
        );
      this.#index(node);
    }
    const values = [graph.inputs.map(({ name }) => name), graph.initializers.keys(), this.#producers.keys()];
    this.#names = new Set([...values.flatMap((names) => [...names]), ...graph.nodes.map(({ name }) => name)]);
  }

  /** The nodes as they are now, in order: what happens to the graph meanwhile does not disturb a walk over them. */
  nodes(op?: string): Node[] {
    return this.graph.nodes.filter((node) => node.domain === '' && (op === undefined || node.op === op));
  }

  /** Whether a node still is in the graph. */
  has(node: Node): boolean {
    return this.#producers.get(node.outputs[0] ?? '') === node;
  }

  producer(value: string): Node | undefined {
    return this.#producers.get(value);
  }

  consumers(value: string): Node[] {
    return [...(this.#consumers.get(value) ?? [])];
  }

  isOutput(value: string): boolean {
    return this.graph.outputs.some(({ name }) => name === value);
  }

  /** The node that alone takes a value, once, which is no output of the graph either. */
  onlyConsumer(value: string): Node | undefined {
    const [first, ...others] = this.consumers(value);
    if (first === undefined || others.length > 0 || this.isOutput(value)) return undefined;
    return first.inputs.filter((input) => input === value).length === 1 ? first : undefined;
  }

  /** A value that no run can change. */
  constant(value: string): Tensor | undefined {
    return this.graph.inputs.some(({ name }) => name === value) ? undefined : this.graph.initializers.get(value);
  }

  /** A constant of float32. */
  floats(value: string): { shape: readonly number[]; data: Float32Array } | undefined {
    const found = this.constant(value);
    return found?.dtype === 'float32' ? { shape: found.shape, data: found.data as Float32Array } : undefined;
  }

  /** Adds a constant under a name like the one given, and returns its name. */
  addConstant<D extends Dtype>(like: string, dtype: D, shape: readonly number[], data: DataOf<D>): string {
    const name = this.#unique(like);
    this.graph.initializers.set(name, tensor(dtype, shape, data));
    return name;
  }

  /** Puts a node with one output into the place before another one, and returns that output. */
  insert(
    before: Node,
    op: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, AttributeLike>> = {},
    like = op,
  ): string {
    const name = this.#unique(like);
    const output = this.#unique(`${name}.out`);
    const node: Node = {
      ...{ op, domain: '', name, inputs: [...inputs], outputs: [output] },
      attributes: new Map(Object.entries(attributes).map(([key, value]) => [key, attribute(key, value)])),
    };
    this.graph.nodes.splice(this.graph.nodes.indexOf(before), 0, node);
    this.#index(node);
    return output;
  }

  /** Gives a node other inputs. */
  rewire(node: Node, inputs: readonly string[]): void {
    for (const input of node.inputs) this.#consumers.get(input)?.delete(node);
    node.inputs = [...inputs];
    this.#take(node);
  }

  /**
   * Lets all that takes a value take another one in its place, which stands for the same numbers; the old value's node is removed if
   * nobody takes any of its outputs now. An output of the graph keeps its name.
   */
  replace(value: string, by: string): void {
    const old = this.#producers.get(value);
    for (const node of this.consumers(value))
      this.rewire(
        node,
        node.inputs.map((input) => (input === value ? by : input)),
      );
    if (this.isOutput(value)) this.#becomeOutput(value, by, old);
    if (old && this.has(old) && old.outputs.every((output) => this.#isUnused(output))) this.remove(old);
  }

  /** Takes a node out; nobody may take its outputs any more. */
  remove(node: Node): void {
    this.graph.nodes.splice(this.graph.nodes.indexOf(node), 1);
    for (const input of node.inputs) this.#consumers.get(input)?.delete(node);
    for (const output of node.outputs) if (this.#producers.get(output) === node) this.#producers.delete(output);
  }

  /** Removes, from the end, every node that serves no output, and every constant that nothing takes. @returns how many */
  sweep(): number {
    let removed = 0;
    for (const node of [...this.graph.nodes].reverse()) {
      if (!node.outputs.every((output) => this.#isUnused(output))) continue;
      this.remove(node);
      removed++;
    }
    for (const name of [...this.graph.initializers.keys()]) {
      if (!this.#isUnused(name) || this.graph.inputs.some((input) => input.name === name)) continue;
      this.graph.initializers.delete(name);
      removed++;
    }
    return removed;
  }

  /** `by` takes over an output's name: its node makes that, or, where it has another use for its own, an Identity does. */
  #becomeOutput(value: string, by: string, old: Node | undefined): void {
    const maker = this.#producers.get(by);
    if (old && old !== maker) {
      const spare = this.#unique(`${value}.unused`);
      old.outputs = old.outputs.map((output) => (output === value ? spare : output));
      this.#producers.delete(value);
      this.#producers.set(spare, old);
    }
    if (maker && !this.isOutput(by)) {
      for (const node of this.consumers(by))
        this.rewire(
          node,
          node.inputs.map((input) => (input === by ? value : input)),
        );
      maker.outputs = maker.outputs.map((output) => (output === by ? value : output));
      this.#producers.delete(by);
      this.#producers.set(value, maker);
      return;
    }
    const name = this.#unique(`${value}.identity`);
    const node: Node = { op: 'Identity', domain: '', name, inputs: [by], outputs: [value], attributes: new Map() };
    this.graph.nodes.push(node);
    this.#index(node);
  }

  #index(node: Node): void {
    for (const output of node.outputs) if (output !== '') this.#producers.set(output, node);
    this.#take(node);
  }

  #take(node: Node): void {
    for (const input of node.inputs) {
      const takers = this.#consumers.get(input);
      if (takers) takers.add(node);
      else this.#consumers.set(input, new Set([node]));
    }
  }

  #isUnused(value: string): boolean {
    return !this.isOutput(value) && (this.#consumers.get(value)?.size ?? 0) === 0;
  }

  #unique(like: string): string {
    let free = like;
    for (let i = 2; this.#names.has(free); i++) free = `${like}_${i}`;
    this.#names.add(free);
    return free;
  }
}
