import type { Node } from '../../graph/graph.js';
import type { Tensor } from '../../graph/tensor.js';
import type { Expression } from '../expression.js';

/** A value of the graph while it is read: planes, a constant, or numbers about shapes (a batch counts as 1). */
export type Value =
  | { readonly kind: 'planes'; readonly of: Expression }
  | { readonly kind: 'constant'; readonly of: Tensor }
  | { readonly kind: 'shape'; readonly of: readonly number[] };

/** One node, as an operator sees it. */
export interface Reading {
  readonly node: Node;
  /** For messages: the node's name and operator. */
  readonly where: string;
  /** What the node's input `index` is; undefined where it is left out. */
  input(index: number): Value | undefined;
  /** Input `index` as planes. @throws an Error where it is none */
  planes(index: number): Expression;
  /** Input `index` as a constant of floats. @throws an Error where it is none */
  floats(index: number): { shape: readonly number[]; data: Float32Array };
  /** Input `index` as whole numbers known before a run. @throws an Error where they are not */
  numbers(index: number): readonly number[];
  int(attribute: string, otherwise: number): number;
  ints(attribute: string): readonly number[] | undefined;
  float(attribute: string, otherwise: number): number;
  text(attribute: string, otherwise: string): string;
  /** For what depends on the height and width of maps. @throws an Error where the plan leaves the image's open */
  needSides(): void;
  refuse(why: string): never;
}

/** How an operator of ONNX becomes an expression. A new one is a line in a file of `operators/`. */
export type Operator = (reading: Reading) => Value;
