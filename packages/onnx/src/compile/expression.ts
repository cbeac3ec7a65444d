/**
 * What a graph computes, on its way to steps: one expression for each of its values. Nothing is fused here; how often a value is
 * used (`countUses`) tells the emitter what may be.
 */

/** A window that slides: sizes, strides, dilations and paddings (negative: taken off), vertical first. */
export interface Window {
  readonly kernel: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  /** top, left, bottom, right */
  readonly pads: readonly [number, number, number, number];
}

/** What becomes of each number; values are by channel. */
export type Activation =
  | { readonly kind: 'relu' | 'sigmoid' }
  | { readonly kind: 'prelu'; readonly slope: Float32Array }
  | { readonly kind: 'clip'; readonly low: number; readonly high: number }
  | { readonly kind: 'affine'; readonly scale: Float32Array; readonly shift: Float32Array };

export interface Shape {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

interface Base extends Shape {
  /** The graph's name for it. */
  readonly name: string;
  uses: number;
}

/** One convolution over all channels: weight is [out][in][ky][kx]. */
export interface Term {
  readonly x: Expression;
  readonly window: Window;
  readonly weight: Float32Array;
}

export type Expression = Base &
  (
    | { readonly op: 'image' }
    | { readonly op: 'active'; readonly x: Expression; readonly activation: Activation }
    | { readonly op: 'product'; readonly term: Term; readonly bias: Float32Array | undefined }
    | {
        readonly op: 'depth';
        readonly x: Expression;
        readonly window: Window;
        readonly weight: Float32Array;
        readonly bias: Float32Array | undefined;
      }
    | { readonly op: 'pool'; readonly x: Expression; readonly window: Window; readonly mode: PoolMode }
    | { readonly op: 'combine'; readonly mode: CombineMode; readonly a: Expression; readonly b: Expression }
    | { readonly op: 'concat'; readonly parts: readonly Expression[] }
    | { readonly op: 'crop'; readonly x: Expression; readonly pads: Window['pads'] }
    | { readonly op: 'resize'; readonly x: Expression; readonly factors: readonly [number, number] }
    /** [N, C·H·W] of [N, C, H, W]; where it is a map of one pixel, that pixel's channels. */
    | { readonly op: 'flat'; readonly x: Expression }
    /** [N, H, W, C], or [N, H·W, C]. */
    | { readonly op: 'last'; readonly x: Expression; readonly flat: boolean }
  );

export type PoolMode = 'max' | 'mean' | 'paddedMean';
export type CombineMode = 'add' | 'subtract' | 'multiply' | 'max' | 'min';

/** Values of an expression's own kind: all but what every expression has. */
type Own<E> = E extends Expression ? Omit<E, 'uses'> : never;

export function expression(own: Own<Expression>): Expression {
  return { ...own, uses: 0 } as Expression; // `uses` is all that it lacked
}

/** Counts how often each expression is used on the way to the outputs. @returns all of them, each after what it is made of */
export function countUses(outputs: readonly Expression[]): Expression[] {
  const ordered: Expression[] = [];
  const seen = new Set<Expression>();
  const visit = (e: Expression): void => {
    if (seen.has(e)) return;
    seen.add(e);
    e.uses = 0;
    for (const operand of operandsOf(e)) visit(operand);
    for (const operand of operandsOf(e)) operand.uses++;
    ordered.push(e);
  };
  for (const output of outputs) visit(output);
  for (const output of outputs) output.uses++;
  return ordered;
}

export function operandsOf(e: Expression): readonly Expression[] {
  switch (e.op) {
    case 'image':
      return [];
    case 'product':
      return [e.term.x];
    case 'combine':
      return [e.a, e.b];
    case 'concat':
      return e.parts;
    default:
      return [e.x];
  }
}

/** Height and width that are left of a map by a window. @throws an Error where nothing is */
export function slide({ height, width }: Shape, window: Window, where: string): { height: number; width: number } {
  const [top, left, bottom, right] = window.pads;
  const places = (axis: 0 | 1, side: number, pads: number): number =>
    Math.floor((side + pads - ((window.kernel[axis] - 1) * window.dilations[axis] + 1)) / window.strides[axis]) + 1;
  const [rows, columns] = [places(0, height, top + bottom), places(1, width, left + right)];
  if (rows < 1 || columns < 1)
    throw new Error(
      `${where}: its window of ${window.kernel.join('×')} does not fit into a map of ${height}×${width}.`,
    );
  return { height: rows, width: columns };
}
