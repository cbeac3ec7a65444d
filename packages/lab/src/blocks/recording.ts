import type { nn, Tensor } from '@pocketnet/torch';
import { execute, type Interpreter, type Readable, type SeparableLayers } from './interpreter.js';

/** A separable operation, or one half of a FactorizedReduce: it sees every other pixel, and its batch-norm is one half of the layer. */
export interface Branch {
  layers: SeparableLayers;
  half?: 0 | 1;
}

/** One value that a network computes, with all that it is computed from. */
export type Value = { inputs: readonly Value[] } & (
  | { kind: 'image' }
  | { kind: 'separable'; branch: Branch } // of the first input, plus the second if there is one
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
export function record(network: Readable): Recording {
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

  const concat = (parts: readonly Value[]): Value =>
    note({ kind: 'concat', inputs: parts.flatMap((part) => (part.kind === 'concat' ? part.inputs : [part])) });

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
    add: (a, b) => note({ kind: 'sum', inputs: [a, b] }),
    concat,
    separable(x, layers, addend) {
      const [, depthwise, , norm] = layers;
      if ((depthwise.kernel === 1 && depthwise.stride > 1) || isJoint(norm)) return undefined;
      return note({ kind: 'separable', branch: { layers }, inputs: addend ? [x, addend] : [x] });
    },
    halve(x, { prelu, pairs, norm }) {
      if (isJoint(norm)) return undefined;
      const half = (half: 0 | 1): Value =>
        note({ kind: 'separable', branch: { layers: [prelu, ...pairs[half], norm], half }, inputs: [x] });
      return concat([half(0), half(1)]);
    },
  };
  return { image, values, result: network.read(image, by) };
}

/** Kernels know this process's statistics only. */
const isJoint = (norm: nn.BatchNorm2d): boolean => norm.training && norm.synchronised !== null;
