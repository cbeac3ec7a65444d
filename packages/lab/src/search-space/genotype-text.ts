import { primitives } from '../blocks/primitives/index.js';
import type { Edge, Genotype } from './genotype.js';

/**
 * Writes a genotype as the released code prints it:
 * `Genotype(normal=[[('dw_conv_3x3', 0), ('dw_conv_1x1', 1)], …], normal_concat=range(2, 6), reduce=[…], reduce_concat=range(2, 6))`.
 */
export function writeGenotype({ normal, normalConcat, reduce, reduceConcat }: Genotype): string {
  return (
    `Genotype(normal=${writeNodes(normal)}, normal_concat=${writeConcat(normalConcat)}, ` +
    `reduce=${writeNodes(reduce)}, reduce_concat=${writeConcat(reduceConcat)})`
  );
}

function writeNodes(nodes: Genotype['normal']): string {
  const node = (edges: readonly Edge[]): string =>
    `[${edges.map(([name, from]) => `('${name}', ${from})`).join(', ')}]`;
  return `[${nodes.map(node).join(', ')}]`;
}

/** Python's `range(first, end)` where the states follow each other, as they do in every released genotype; else a list. */
function writeConcat(states: readonly number[]): string {
  const [first = 0] = states;
  const consecutive = states.length > 0 && states.every((state, i) => state === first + i);
  return consecutive ? `range(${first}, ${first + states.length})` : `[${states.join(', ')}]`;
}

/**
 * Reads the text that `writeGenotype` and the released code write, and DARTS' logs: nodes as lists of edges or one flat list of two edges a
 * node, a log line around it, of several genotypes the last. Python's spellings do not matter: either quote, any white space, `range(a, b)`
 * or a list of states, NumPy's `np.int64(3)`.
 * @throws an Error that says what was expected at which character, or which edge is impossible
 */
export function readGenotype(text: string): Genotype {
  const reader = new GenotypeReader(text, Math.max(0, text.search(/Genotype\s*\((?![\s\S]*Genotype\s*\()/)));
  reader.expect('Genotype');
  reader.expect('(');
  const normal = reader.nodes('normal');
  reader.expect(',');
  const normalConcat = reader.concat('normal_concat');
  reader.expect(',');
  const reduce = reader.nodes('reduce');
  reader.expect(',');
  const reduceConcat = reader.concat('reduce_concat');
  reader.skip(',');
  reader.expect(')');
  reader.endOfLine();
  return checkGenotype({ normal, normalConcat, reduce, reduceConcat });
}

/**
 * Refuses a genotype that describes no cell: a node without edges, an edge from a state that comes later, a concatenation of
 * states that do not exist.
 */
export function checkGenotype(genotype: Genotype): Genotype {
  const cells = [
    ['normal', genotype.normal, genotype.normalConcat],
    ['reduce', genotype.reduce, genotype.reduceConcat],
  ] as const;
  for (const [cell, nodes, concat] of cells) {
    const fail = (what: string): never => {
      throw new Error(`The genotype's ${cell} cell ${what}.`);
    };
    if (nodes.length === 0) fail('has no nodes');
    for (const [node, edges] of nodes.entries()) {
      if (edges.length === 0) fail(`has no edge into node ${node}`);
      for (const [name, from] of edges) {
        if (!primitives.has(name)) {
          const lacking = [...new Set(cells.flatMap(([, all]) => all.flat().map(([each]) => each)))].filter(
            (each) => !primitives.has(each),
          );
          const known = primitives.names.join(', ');
          const others =
            lacking.length > 1 ? `; this search space lacks ${lacking.map((each) => `'${each}'`).join(', ')}` : '';
          fail(`names the operation '${name}' at node ${node}; there are ${known}${others}`);
        }
        if (!isState(from, node + 2)) fail(`leads state ${from} into node ${node}, which sees states 0 to ${node + 1}`);
      }
    }
    const stray = concat.find((state) => !isState(state, nodes.length + 2));
    if (stray !== undefined) fail(`puts out state ${stray}, but has states 0 to ${nodes.length + 1}`);
    if (concat.length === 0) fail('puts out nothing');
  }
  return genotype;
}

const isState = (state: number, end: number): boolean => Number.isInteger(state) && state >= 0 && state < end;

/** A cursor over the text; each method takes what its name says, or throws. */
class GenotypeReader {
  #at: number;

  constructor(
    readonly text: string,
    start: number,
  ) {
    this.#at = start;
  }

  nodes(field: string): Edge[][] {
    this.expect(field);
    this.expect('=');
    if (!/\s*\[\s*\(/y.test(this.text.slice(this.#at))) return this.#list('[', ']', () => this.#edges());
    const at = this.#at;
    const edges = this.#edges();
    if (edges.length % 2 !== 0) throw this.#error('a list of two edges a node', at);
    return Array.from({ length: edges.length / 2 }, (_, node) => edges.slice(2 * node, 2 * node + 2));
  }

  concat(field: string): number[] {
    this.expect(field);
    this.expect('=');
    if (!this.skip('range')) return this.#list('[', ']', () => this.#number());
    const at = this.#at;
    const bounds = this.#list('(', ')', () => this.#number());
    const [first = 0, end = 0] = bounds;
    // A cell of a thousand states is no cell; the bound keeps a corrupt text from asking for billions of them.
    if (bounds.length !== 2 || end - first > 1000) throw this.#error(`a range of two states`, at);
    return Array.from({ length: Math.max(0, end - first) }, (_, i) => first + i);
  }

  expect(token: string): void {
    if (!this.skip(token)) throw this.#error(`\`${token}\``);
  }

  /** Takes the token if it comes next. */
  skip(token: string): boolean {
    this.#match(/\s*/y);
    const found = this.text.startsWith(token, this.#at);
    if (found) this.#at += token.length;
    return found;
  }

  endOfLine(): void {
    this.#match(/[^\S\n]*/y);
    if (this.#at < this.text.length && this.text[this.#at] !== '\n') throw this.#error('the end');
  }

  #edges(): Edge[] {
    return this.#list('[', ']', () => this.#edge());
  }

  #edge(): Edge {
    this.expect('(');
    const name = this.#match(/\s*(?:'(\w+)'|"(\w+)"|(?:np|numpy)\.str_\('(\w+)'\))/y);
    if (!name) throw this.#error("an operation's name in quotes");
    this.expect(',');
    const from = this.#number();
    this.expect(')');
    return [(name[1] ?? name[2] ?? name[3]) as string, from]; // checkGenotype asks whether it is one
  }

  #number(): number {
    const digits = this.#match(/\s*(?:(\d{1,9})|(?:np|numpy)\.u?int\d+\((\d{1,9})\))/y);
    if (!digits) throw this.#error('a number');
    return Number(digits[1] ?? digits[2]);
  }

  #list<T>(open: string, close: string, element: () => T): T[] {
    const elements: T[] = [];
    this.expect(open);
    while (!this.skip(close)) {
      if (elements.length > 0) this.expect(',');
      elements.push(element());
    }
    return elements;
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.text);
    if (match) this.#at = pattern.lastIndex;
    return match;
  }

  #error(expected: string, at = this.#at): Error {
    const found = at < this.text.length ? `\`${this.text.slice(at, at + 20)}\`` : 'the end';
    return new Error(`This is no genotype: ${expected} was expected at character ${at}, but there is ${found}.`);
  }
}
