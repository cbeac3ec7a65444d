import { fromHalf } from '@pocketnet/files';
import type { GraphProto, NodeProto, TensorProto } from 'onnx-buf';
import { parseModel } from './model.js';
import { decodeTensor } from './tensors.js';

/** y = factor · x + offset, the mean over the channels. */
export interface Arithmetic {
  readonly factor: number;
  readonly offset: number;
}

/** Operators that change neither values nor what they mean. */
const PASSING = new Set(['Identity', 'Cast', 'Transpose', 'Dropout']);

/**
 * The arithmetic that a model applies to its input first: Sub, Mul, Div, Add and BatchNormalization by constants, which exporters
 * put in front of networks that take raw pixels. Factor 1 and offset 0 if there is none.
 *
 * @throws Error if the bytes are not an ONNX model
 */
export function firstArithmetic(bytes: Uint8Array, name?: string): Arithmetic {
  const { graph } = parseModel(bytes, name);
  let [factor, offset] = [1, 0];
  if (!graph) return { factor, offset };
  const constants = new Set(graph.initializer.map((tensor) => tensor.name));
  let value = graph.input.find((input) => !constants.has(input.name))?.name;
  for (;;) {
    const users = graph.node.filter(({ input }) => value !== undefined && input.includes(value));
    const [node] = users;
    if (!node || users.length !== 1) return { factor, offset };
    const step = PASSING.has(node.opType) ? { factor: 1, offset: 0 } : arithmeticOf(node, value ?? '', graph);
    if (!step) return { factor, offset };
    [factor, offset] = [step.factor * factor, step.factor * offset + step.offset];
    value = node.output[0];
  }
}

/** One node as arithmetic on `value`; undefined where it is anything else. */
function arithmeticOf(
  { opType, input, attribute }: NodeProto,
  value: string,
  graph: GraphProto,
): Arithmetic | undefined {
  const means = input.map((name) => (name === value ? undefined : meanOf(name, graph)));
  if (opType === 'BatchNormalization') {
    const epsilon = attribute.find(({ name }) => name === 'epsilon')?.f ?? 1e-5;
    const [, scale, bias, mean, variance] = means;
    if (scale === undefined || bias === undefined || mean === undefined || variance === undefined) return undefined;
    const factor = scale / Math.sqrt(variance + epsilon);
    return { factor, offset: bias - factor * mean };
  }
  const isFirst = input[0] === value;
  const constant = isFirst ? means[1] : means[0];
  if (input.length !== 2 || constant === undefined) return undefined;
  switch (opType) {
    case 'Add':
      return { factor: 1, offset: constant };
    case 'Mul':
      return { factor: constant, offset: 0 };
    case 'Sub':
      return isFirst ? { factor: 1, offset: -constant } : { factor: -1, offset: constant };
    case 'Div':
      return isFirst ? { factor: 1 / constant, offset: 0 } : undefined;
    default:
      return undefined;
  }
}

/** Mean of a constant's numbers, from an initialiser or a Constant node; undefined where it is none of floats. */
function meanOf(name: string, graph: GraphProto): number | undefined {
  const initializer = graph.initializer.find((tensor) => tensor.name === name);
  if (initializer) return mean(initializer);
  const maker = graph.node.find(({ output }) => output.includes(name));
  if (maker?.opType === 'Identity' || maker?.opType === 'Cast') return meanOf(maker.input[0] ?? '', graph);
  if (maker?.opType !== 'Constant') return undefined;
  const given = maker.attribute[0];
  return given?.name === 'value_float' ? given.f : given?.t && mean(given.t);
}

function mean(proto: TensorProto): number | undefined {
  try {
    const { dtype, data } = decodeTensor(proto, proto.name);
    if (data instanceof BigInt64Array || data instanceof BigUint64Array || data.length === 0) return undefined;
    const number = dtype === 'float16' ? fromHalf : (value: number) => value;
    return Array.from(data, number).reduce((sum, value) => sum + value, 0) / data.length;
  } catch {
    return undefined; // of a type that is not read: not a normalisation that we know
  }
}
