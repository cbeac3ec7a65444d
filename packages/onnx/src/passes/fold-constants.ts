import { fromHalf } from '@pocketnet/files';
import type { GraphEditor } from '../graph/editor.js';
import type { Node } from '../graph/graph.js';
import { elementCount, type Tensor, tensor } from '../graph/tensor.js';
import type { Pass } from './pass.js';

/** Weights that are stored in fewer bits and made floats when a model is loaded, and what else is computed of constants alone. */
export const foldConstants: Pass = {
  name: 'fold-constants',
  law: 'f(c) = c′ for constants c',
  run(editor) {
    let places = 0;
    for (const node of editor.nodes()) {
      const [output = ''] = node.outputs;
      const folded = editor.isOutput(output) ? undefined : constantValue(editor, node);
      if (!folded) continue;
      editor.replace(output, editor.addConstant(`${output}.folded`, folded.dtype, folded.shape, folded.data));
      places++;
    }
    return places;
  },
};

function constantValue(editor: GraphEditor, node: Node): Tensor | undefined {
  if (node.op === 'Constant') return constantOf(node);
  const inputs = node.inputs.map((name) => editor.constant(name));
  const [first, second] = inputs;
  if (!first || inputs.some((input) => input === undefined)) return undefined;
  if (node.op === 'Cast') return asFloats(node, first);
  if (node.op === 'DequantizeLinear' && second) return dequantised(node, first, second, inputs[2]);
  const arithmetic = ARITHMETIC[node.op];
  return arithmetic && second ? combined(first, second, arithmetic) : undefined;
}

function constantOf({ attributes }: Node): Tensor | undefined {
  const value = attributes.get('value');
  if (value?.kind === 'tensor') return value.value;
  const float = attributes.get('value_float');
  if (float?.kind === 'float') return tensor('float32', [], Float32Array.of(float.value));
  const ints = attributes.get('value_ints');
  if (ints?.kind === 'ints') return tensor('int64', [ints.value.length], BigInt64Array.from(ints.value, BigInt));
  return undefined;
}

const FLOAT = 1; // of ONNX's data types

function asFloats({ attributes }: Node, { dtype, shape, data }: Tensor): Tensor | undefined {
  const to = attributes.get('to');
  if (to?.kind !== 'int' || Number(to.value) !== FLOAT || dtype === 'bfloat16') return undefined;
  const floats =
    dtype === 'float16'
      ? Float32Array.from(data as Uint16Array, fromHalf)
      : Float32Array.from({ length: data.length }, (_, i) => Number(data[i]));
  return { dtype: 'float32', shape, data: floats };
}

/** scale · (q − zero), of the whole or along one axis. */
function dequantised({ attributes }: Node, q: Tensor, scale: Tensor, zero: Tensor | undefined): Tensor | undefined {
  if (scale.dtype !== 'float32' || scale.shape.length > 1) return undefined;
  const given = attributes.get('axis');
  const axis = given?.kind === 'int' ? Number(given.value) : 1;
  const perAxis = scale.data.length > 1;
  const inner = perAxis ? elementCount(q.shape.slice(axis + 1)) : 1;
  const place = (i: number) => (perAxis ? Math.floor(i / inner) % scale.data.length : 0);
  const data = Float32Array.from({ length: q.data.length }, (_, i) => {
    const at = place(i);
    return (Number(q.data[i]) - Number(zero?.data[at] ?? 0)) * Number(scale.data[at]);
  });
  return { dtype: 'float32', shape: q.shape, data };
}

const ARITHMETIC: Readonly<Record<string, (a: number, b: number) => number>> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b) => a / b,
};

/** Element by element, shapes lined up from the right as ONNX does. */
function combined(a: Tensor, b: Tensor, compute: (a: number, b: number) => number): Tensor | undefined {
  if (a.dtype !== 'float32' || b.dtype !== 'float32') return undefined;
  const rank = Math.max(a.shape.length, b.shape.length);
  const padded = (shape: readonly number[]) => [...new Array<number>(rank - shape.length).fill(1), ...shape];
  const [left, right] = [padded(a.shape), padded(b.shape)];
  const shape = left.map((size, axis) => (size === 1 ? (right[axis] ?? 1) : size));
  if (right.some((size, axis) => size !== 1 && size !== shape[axis])) return undefined;
  const place = (sizes: readonly number[], i: number): number => {
    let [at, stride, rest] = [0, 1, i];
    for (let axis = rank - 1; axis >= 0; axis--) {
      const [size = 1, whole = 1] = [sizes[axis], shape[axis]];
      if (size !== 1) at += (rest % whole) * stride;
      rest = Math.floor(rest / whole);
      stride *= size;
    }
    return at;
  };
  const data = Float32Array.from({ length: elementCount(shape) }, (_, i) =>
    compute(Number(a.data[place(left, i)]), Number(b.data[place(right, i)])),
  );
  return { dtype: 'float32', shape, data };
}
