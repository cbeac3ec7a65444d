import type { Tensor } from '@pocketnet/torch';
import { type Block, execute, type Interpreter, type SeparableLayers } from './interpreter.js';

/** One value that a network computes, with all that it is computed from. */
export type Value = { inputs: readonly Value[] } & (
  | { kind: 'image' }
  | { kind: 'separable'; layers: SeparableLayers } // of the first input, plus the second if there is one
  | { kind: 'sum' }
  | { kind: 'concat' }
  | { kind: 'other'; run(x: Tensor, y: Tensor): Tensor } // of its one or two inputs
);

export interface Recording {
  image: Value;
  /** In an order in which they can be computed, the image left out. */
  values: readonly Value[];
  result: Value;
}

/** Reads a network without computing anything. */
export function record(network: Block): Recording {
  const image: Value = { kind: 'image', inputs: [] };
  const values: Value[] = [];
  const note = (value: Value): Value => {
    values.push(value);
    return value;
  };
  const other = (inputs: readonly Value[], run: (x: Tensor, y: Tensor) => Tensor): Value =>
    note({ kind: 'other', inputs, run });
  const layered =
    <Layer>(run: (x: Tensor, layer: Layer) => Tensor) =>
    (x: Value, layer: Layer): Value =>
      other([x], (tensor) => run(tensor, layer));
  const alone = (run: (x: Tensor) => Tensor) => (x: Value) => other([x], (tensor) => run(tensor));

  const by: Interpreter<Value> = {
    conv: layered(execute.conv),
    norm: layered(execute.norm),
    prelu: layered(execute.prelu),
    maxPool: layered(execute.maxPool),
    avgPool: layered(execute.avgPool),
    linear: layered(execute.linear),
    relu: alone(execute.relu),
    relu6: alone(execute.relu6),
    shift: alone(execute.shift),
    flatten: layered(execute.flatten),
    add: (a, b) =>
      [a, b].some(isConcat) ? other([a, b], (x, y) => execute.add(x, y)) : note({ kind: 'sum', inputs: [a, b] }),
    concat: (parts) =>
      note({ kind: 'concat', inputs: parts.flatMap((part) => (isConcat(part) ? part.inputs : [part])) }),
    separable(x, layers, addend) {
      const [, depthwise, , norm] = layers;
      if (depthwise.kernel === 1 && depthwise.stride > 1) return undefined;
      if (norm.training && norm.synchronised !== null) return undefined; // kernels know this process's statistics only
      if (addend && isConcat(addend)) return undefined;
      return note({ kind: 'separable', layers, inputs: addend ? [x, addend] : [x] });
    },
  };
  return { image, values, result: network.read(image, by) };
}

const isConcat = ({ kind }: Value): boolean => kind === 'concat';
