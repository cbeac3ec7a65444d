import type { ModelFacts } from '@pocketnet/evaluate';
import { type Dim, decodeModel, type Graph, type Node } from '@pocketnet/onnx';

/** Height and width of a value; `flat` once it is a vector an image. */
type Extent = readonly [height: number, width: number] | 'flat';

/**
 * Parameters (all float constants) and multiply-adds of one image of a convolutional ONNX network, by walking through its graph.
 * Null is what cannot be told: graphs that this project cannot decode, and multiply-adds of operators that it does not know.
 *
 * @param size side of the square input, where the graph leaves its own open
 */
export function onnxCost(
  bytes: Uint8Array,
  name: string,
  size: number,
): Pick<ModelFacts, 'parameters' | 'macs' | 'flops'> {
  let graph: Graph;
  try {
    ({ graph } = decodeModel(bytes, name));
  } catch {
    return { parameters: null, macs: null, flops: null }; // it runs all the same; only its costs stay unknown
  }
  const floats = [...graph.initializers.values()].filter(({ dtype }) => dtype === 'float32' || dtype === 'float16');
  return { parameters: floats.reduce((sum, { data }) => sum + data.length, 0), macs: macsOf(graph, size), flops: null };
}

function macsOf(graph: Graph, size: number): number | null {
  const extents = new Map<string, Extent>(graph.inputs.map(({ name, shape }) => [name, extentOfInput(shape, size)]));
  let macs = 0;
  for (const node of graph.nodes) {
    const input = node.inputs.map((name) => extents.get(name)).find((extent) => extent !== undefined);
    if (input === undefined) continue; // a constant, or arithmetic on shapes
    const output = extentOf(node, input, graph);
    if (output === null) return null;
    for (const name of node.outputs) if (output !== 'shape') extents.set(name, output);
    if (output === 'shape') continue;
    const positions = output === 'flat' ? 1 : output[0] * output[1];
    macs += positions * weightsAt(node, graph);
  }
  return macs;
}

/** Of images, NCHW or NHWC. */
function extentOfInput(shape: readonly Dim[] | null, size: number): Extent {
  const [, a, b, c] = shape ?? [];
  const [height, width] = (a === 3 ? [b, c] : [a, b]).map((side) => (typeof side === 'number' ? side : size));
  return [height ?? size, width ?? size];
}

/** Operators that leave the extent as it is. */
const POINTWISE: ReadonlySet<string> = new Set(
  'Add Sub Mul Div Pow Sqrt Exp Relu PRelu LeakyRelu Clip Sigmoid HardSigmoid HardSwish Tanh Elu Softplus Erf Min Max BatchNormalization InstanceNormalization Identity Dropout Cast Concat Slice LpNormalization'.split(
    ' ',
  ),
);
const TO_VECTOR: ReadonlySet<string> = new Set([
  'Flatten',
  'Reshape',
  'Squeeze',
  'GlobalAveragePool',
  'GlobalMaxPool',
  'ReduceL2',
  'ReduceSum',
]);

/** The extent of a node's output; `shape` where it only speaks of sizes, null where it is not known. */
function extentOf(node: Node, input: Extent, graph: Graph): Extent | 'shape' | null {
  const { op, domain } = node;
  if (domain !== '') return null;
  if (op === 'Shape' || op === 'Gather') return 'shape';
  if (op === 'Conv' || op === 'MaxPool' || op === 'AveragePool')
    return input === 'flat' ? null : slid(node, input, graph);
  if (op === 'Pad') return input === 'flat' ? input : null;
  if (op === 'Transpose' || op === 'ReduceMean') return input === 'flat' ? input : [input[0], input[1]];
  if (op === 'GlobalAveragePool' || op === 'GlobalMaxPool') return [1, 1];
  if (op === 'Gemm') return 'flat';
  if (op === 'MatMul') return input === 'flat' ? 'flat' : null;
  if (TO_VECTOR.has(op)) return 'flat';
  return POINTWISE.has(op) || op === 'Unsqueeze' ? input : null;
}

/** floor((side + pads − dilation·(kernel − 1) − 1) / stride) + 1, the rule of convolutions and pools; ceiling where asked for. */
function slid(
  { op, inputs, attributes }: Node,
  [height, width]: readonly [number, number],
  graph: Graph,
): Extent | null {
  const list = (name: string): number[] | undefined => {
    const value = attributes.get(name)?.value;
    return Array.isArray(value) ? value.map(Number) : undefined;
  };
  const kernel = list('kernel_shape') ?? [...(graph.initializers.get(inputs[1] ?? '')?.shape.slice(2) ?? [])];
  const [strides, dilations, pads] = [
    list('strides') ?? [1, 1],
    list('dilations') ?? [1, 1],
    list('pads') ?? [0, 0, 0, 0],
  ];
  const auto = String(attributes.get('auto_pad')?.value ?? 'NOTSET');
  const round = op !== 'Conv' && Number(attributes.get('ceil_mode')?.value ?? 0) === 1 ? Math.ceil : Math.floor;
  if (kernel.length !== 2) return null;
  const [h = 0, w = 0] = [height, width].map((side, axis) => {
    const stride = strides[axis] ?? 1;
    if (auto.startsWith('SAME')) return Math.ceil(side / stride);
    const padded = side + (pads[axis] ?? 0) + (pads[axis + 2] ?? 0);
    return round((padded - (dilations[axis] ?? 1) * ((kernel[axis] ?? 1) - 1) - 1) / stride) + 1;
  });
  return [h, w];
}

/** Multiply-adds at one position: of a convolution [out, in / groups, k, k] all weights, of a product all of the matrix. */
function weightsAt({ op, inputs }: Node, { initializers }: Graph): number {
  if (op !== 'Conv' && op !== 'Gemm' && op !== 'MatMul') return 0;
  return initializers.get(inputs[1] ?? '')?.data.length ?? 0;
}
