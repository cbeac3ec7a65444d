import type { Dtype } from './dtype.js';
import type { Tensor } from './tensor.js';

/** A size, a named size that a run decides (`batch`), or null where nothing is said. */
export type Dim = number | string | null;

/** Name, element type and shape of a value; a null shape says nothing, not even the rank. */
export interface ValueInfo {
  name: string;
  dtype: Dtype;
  shape: Dim[] | null;
}

/** A whole number; a bigint only where it does not fit a JavaScript number exactly. */
export type Int = number | bigint;

/** A node's attribute: one of ONNX's kinds and its value. Floats are of single precision, strings UTF-8. */
export type Attribute =
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'int'; readonly value: Int }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'tensor'; readonly value: Tensor }
  | { readonly kind: 'graph'; readonly value: Graph }
  | { readonly kind: 'floats'; readonly value: readonly number[] }
  | { readonly kind: 'ints'; readonly value: readonly Int[] }
  | { readonly kind: 'strings'; readonly value: readonly string[] }
  | { readonly kind: 'tensors'; readonly value: readonly Tensor[] }
  | { readonly kind: 'graphs'; readonly value: readonly Graph[] };

/** One operation. Values are known by name; an empty input name is an optional input left out. */
export interface Node {
  op: string;
  /** Operator set that defines the op; empty for ONNX's own. */
  domain: string;
  name: string;
  inputs: string[];
  outputs: string[];
  attributes: Map<string, Attribute>;
}

/**
 * A computation: nodes in an order in which each value is made before it is used. Everything is plain and may be
 * rewritten in place; `checkGraph` tells whether the result still is a graph.
 */
export interface Graph {
  name: string;
  inputs: ValueInfo[];
  outputs: ValueInfo[];
  nodes: Node[];
  /** Constants by name. One that bears an input's name is that input's default. */
  initializers: Map<string, Tensor>;
  /** What is known of values in between; may be empty. */
  values: Map<string, ValueInfo>;
}

/** An empty graph. */
export function emptyGraph(name = 'graph'): Graph {
  return { name, inputs: [], outputs: [], nodes: [], initializers: new Map(), values: new Map() };
}

/** The node's nested graphs (the branches of an If, the body of a Loop), with the names of their attributes. */
export function subgraphs(node: Node): { attribute: string; graph: Graph }[] {
  return [...node.attributes].flatMap(([attribute, { kind, value }]) => {
    if (kind === 'graph') return [{ attribute, graph: value }];
    return kind === 'graphs' ? value.map((graph) => ({ attribute, graph })) : [];
  });
}
