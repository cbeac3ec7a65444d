// An ONNX network as a .tflite file for LiteRT.js: what a converter would make of it, in float32 and NHWC. Times are what it is for. Where
// strides and padding meet, TensorFlow's SAME pads elsewhere than ONNX does, so that numbers differ and work does not; the slices of
// factorised reductions are left out, which spares LiteRT their copies.
//
// Numbers of fields, operators and options: tensorflow/compiler/mlir/lite/schema/schema.fbs.
import { createRequire } from 'node:module';
import { decodeModel, rewrite } from '@pocketnet/onnx';

const OPERATORS = { ADD: 0, CONCATENATION: 2, CONV_2D: 3, DEPTHWISE_CONV_2D: 4, MAX_POOL_2D: 17, PRELU: 54 };
const OPTIONS = { CONV_2D: 1, DEPTHWISE_CONV_2D: 2, MAX_POOL_2D: 5, CONCATENATION: 10, ADD: 11 };
const ACTIVATIONS = { none: 0, relu: 1, relu6: 3 };
const PADDINGS = { same: 0, valid: 1 };

/** What is packed for each operator's options, field by field: its type and value. */
const FIELDS = {
  CONV_2D: ({ padding, stride, activation }) => [
    ['Int8', padding],
    ['Int32', stride],
    ['Int32', stride],
    ['Int8', activation],
  ],
  DEPTHWISE_CONV_2D: ({ padding, stride, activation }) => [
    ['Int8', padding],
    ['Int32', stride],
    ['Int32', stride],
    ['Int32', 1],
    ['Int8', activation],
  ],
  MAX_POOL_2D: ({ padding, stride, kernel, activation }) => [
    ['Int8', padding],
    ['Int32', stride],
    ['Int32', stride],
    ['Int32', kernel],
    ['Int32', kernel],
    ['Int8', activation],
  ],
  CONCATENATION: () => [['Int32', 3]],
  ADD: ({ activation }) => [['Int8', activation]],
};

/** Why no .tflite can be written here; undefined where one can. */
export function missingPeers() {
  try {
    peers('flatbuffers');
    return undefined;
  } catch {
    return 'npm install --prefix benchmarks/engine/peers';
  }
}

/** Folder of the peers, and what lies there. */
export const peersFolder = new URL('peers/', import.meta.url);
const peers = createRequire(new URL('package.json', peersFolder));

/** @returns the bytes of a .tflite file */
export function tfliteOf(onnx) {
  const { graph } = rewrite(decodeModel(onnx).graph, ['sweep', 'fold-norms', 'fold-scales']);
  return written(converted(graph));
}

/** Tensors with their shapes, constants with their data, and operators on them. */
function converted(graph) {
  const [tensors, operators, values] = [[], [], new Map()];
  const add = (shape, data) => tensors.push({ shape, data }) - 1;
  const ints = (node, name, fallback) => node.attributes.get(name)?.value.map(Number) ?? fallback;
  const constant = (name, shape, data) => {
    const at = add(shape, data ?? graph.initializers.get(name).data);
    return at;
  };
  const [{ name: input, shape }] = graph.inputs;
  values.set(input, add([1, Number(shape[2]), Number(shape[3]), Number(shape[1])]));
  const shapeOf = (name) => tensors[values.get(name)].shape;
  const emit = (node, operator, inputs, outputShape, options = {}) => {
    const output = add(outputShape);
    values.set(node.outputs[0], output);
    operators.push({ operator, inputs, output, options: { activation: ACTIVATIONS.none, ...options } });
  };
  const window = (node) => {
    const [kernel] = ints(node, 'kernel_shape');
    const [stride] = ints(node, 'strides', [1]);
    const padding = ints(node, 'pads', [0]).some((pad) => pad > 0) ? PADDINGS.same : PADDINGS.valid;
    const [, height, width] = shapeOf(node.inputs[0]);
    const side = (size) =>
      padding === PADDINGS.same ? Math.ceil(size / stride) : Math.ceil((size - kernel + 1) / stride);
    return { kernel, stride, padding, sides: [side(height), side(width)] };
  };
  const alias = (node) => values.set(node.outputs[0], values.get(node.inputs[0]));
  const activated = (node, activation) => {
    operators.find(({ output }) => output === values.get(node.inputs[0])).options.activation = activation;
    alias(node);
  };
  const converters = {
    Conv(node) {
      const [from, kernels, bias] = node.inputs;
      const { shape: own, data } = graph.initializers.get(kernels);
      const [out, perGroup, height, width] = own.map(Number);
      const depthwise = perGroup === 1 && Number(node.attributes.get('group')?.value ?? 1) === out;
      const { sides, ...options } = window(node);
      const turned = new Float32Array(data.length); // OIHW to OHWI, depthwise to 1HWO
      for (let o = 0; o < out; o++)
        for (let i = 0; i < perGroup; i++)
          for (let p = 0; p < height * width; p++)
            turned[depthwise ? p * out + o : (o * height * width + p) * perGroup + i] =
              data[(o * perGroup + i) * height * width + p];
      const weights = add(depthwise ? [1, height, width, out] : [out, height, width, perGroup], turned);
      const shift = bias ? constant(bias, [out]) : add([out], new Float32Array(out));
      const operator = depthwise ? 'DEPTHWISE_CONV_2D' : 'CONV_2D';
      emit(node, operator, [values.get(from), weights, shift], [1, ...sides, out], options);
    },
    PRelu(node) {
      const [from, slopes] = node.inputs;
      const shape = shapeOf(from);
      emit(node, 'PRELU', [values.get(from), constant(slopes, [1, 1, shape[3]])], shape);
    },
    Add: (node) =>
      emit(
        node,
        'ADD',
        node.inputs.map((name) => values.get(name)),
        shapeOf(node.inputs[0]),
      ),
    Concat(node) {
      const parts = node.inputs.map((name) => shapeOf(name));
      const channels = parts.reduce((sum, [, , , own]) => sum + own, 0);
      emit(
        node,
        'CONCATENATION',
        node.inputs.map((name) => values.get(name)),
        [...parts[0].slice(0, 3), channels],
      );
    },
    MaxPool(node) {
      const { sides, ...options } = window(node);
      const [, , , channels] = shapeOf(node.inputs[0]);
      emit(node, 'MAX_POOL_2D', [values.get(node.inputs[0])], [1, ...sides, channels], options);
    },
    Relu: (node) => activated(node, ACTIVATIONS.relu),
    Clip: (node) => activated(node, ACTIVATIONS.relu6), // these networks clip to 0 and 6 alone
    Slice: alias,
    Flatten: alias,
    Reshape: alias,
  };
  for (const node of graph.nodes) {
    if (!values.has(node.inputs[0])) continue; // about shapes
    if (node.op === 'Shape') continue;
    const convert = converters[node.op];
    if (!convert) throw new Error(`No .tflite is written of ${node.op}.`);
    convert(node);
  }
  return { tensors, operators, input: values.get(input), output: values.get(graph.outputs[0].name) };
}

function written({ tensors, operators, input, output }) {
  const b = new (peers('flatbuffers').Builder)(1 << 23);
  const table = (fields) => {
    b.startObject(fields.length);
    for (const [i, [type, value]] of fields.entries()) if (value !== undefined) b[`addField${type}`](i, value, NaN);
    return b.endObject();
  };
  const vector = (items, type, size) => {
    b.startVector(size, items.length, size);
    for (const item of [...items].reverse()) b[`add${type}`](item);
    return b.endVector();
  };
  const ints = (items) => vector(items, 'Int32', 4);
  const tables = (items) => vector(items, 'Offset', 4);
  const bytes = (data) => {
    b.startVector(1, data.byteLength, 16);
    const view = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    b.space -= view.length;
    b.bb.bytes().set(view, b.space);
    return b.endVector();
  };
  const buffers = [table([])]; // the first is of tensors without data
  const written = tensors.map(({ shape, data }, i) => {
    if (data) buffers.push(table([['Offset', bytes(data)]]));
    const [sizes, name] = [ints(shape), b.createString(`t${i}`)];
    return table([
      ['Offset', sizes],
      ['Int8', 0],
      ['Int32', data ? buffers.length - 1 : 0],
      ['Offset', name],
    ]);
  });
  const kinds = Object.keys(OPERATORS);
  const codes = kinds.map((kind) =>
    table([
      ['Int8', OPERATORS[kind]],
      ['Offset', undefined],
      ['Int32', 1],
      ['Int32', OPERATORS[kind]],
    ]),
  );
  const steps = operators.map(({ operator, inputs, output: result, options }) => {
    const own = FIELDS[operator] && table(FIELDS[operator](options));
    const [from, to] = [ints(inputs), ints([result])];
    return table([
      ['Int32', kinds.indexOf(operator)],
      ['Offset', from],
      ['Offset', to],
      ['Int8', OPTIONS[operator] ?? 0],
      ['Offset', own],
    ]);
  });
  const subgraph = table([
    ['Offset', tables(written)],
    ['Offset', ints([input])],
    ['Offset', ints([output])],
    ['Offset', tables(steps)],
    ['Offset', b.createString('main')],
  ]);
  const [allCodes, allGraphs, description, allBuffers] = [
    tables(codes),
    tables([subgraph]),
    b.createString('bench'),
    tables(buffers),
  ];
  const model = table([
    ['Int32', 3],
    ['Offset', allCodes],
    ['Offset', allGraphs],
    ['Offset', description],
    ['Offset', allBuffers],
  ]);
  b.finish(model, 'TFL3');
  return b.asUint8Array().slice();
}
