import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  type Attribute,
  DTYPES,
  type Dtype,
  decodeModel,
  encodeModel,
  type Graph,
  readModelHeader,
  type Tensor,
  type TensorData,
} from '@pocketnet/onnx';
import fc from 'fast-check';
import { ModelProtoSchema, TensorProtoSchema } from 'onnx-buf';
import { describe, expect, it } from 'vitest';
import { smallNetwork } from './graphs.js';

const text = fc.string({ unit: 'grapheme', maxLength: 8 });
const named = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 });
const int = fc.oneof(fc.maxSafeInteger(), fc.constantFrom(2n ** 63n - 1n, -(2n ** 63n)));
const float = fc.float({ noNaN: false });

const anyTensor: fc.Arbitrary<Tensor> = fc
  .tuple(
    fc.constantFrom(...(Object.keys(DTYPES) as Dtype[])),
    fc.array(fc.nat(3), { maxLength: 3 }),
    fc.uint8Array({ minLength: 216, maxLength: 216 }),
  )
  .map(([dtype, shape, noise]) => {
    const { array } = DTYPES[dtype];
    const count = shape.reduce((a, b) => a * b, 1);
    return { dtype, shape, data: new array(noise.slice(0, count * array.BYTES_PER_ELEMENT).buffer) };
  });

const leaf: fc.Arbitrary<Attribute> = fc.oneof(
  fc.record({ kind: fc.constant('float' as const), value: float }),
  fc.record({ kind: fc.constant('int' as const), value: int }),
  fc.record({ kind: fc.constant('string' as const), value: text }),
  fc.record({ kind: fc.constant('tensor' as const), value: anyTensor }),
  fc.record({ kind: fc.constant('floats' as const), value: fc.array(float) }),
  fc.record({ kind: fc.constant('ints' as const), value: fc.array(int) }),
  fc.record({ kind: fc.constant('strings' as const), value: fc.array(text) }),
  fc.record({ kind: fc.constant('tensors' as const), value: fc.array(anyTensor, { maxLength: 2 }) }),
);

/** Sound graphs: names are taken from one list of distinct ones, inputs only from values made before. */
const anyGraph: fc.Arbitrary<Graph> = fc
  .record({
    name: text,
    names: fc.uniqueArray(named, { minLength: 8, maxLength: 8 }),
    constant: anyTensor,
    attributes: fc.array(fc.tuple(named, leaf), { maxLength: 4 }),
    ops: fc.array(fc.tuple(named, fc.nat(3)), { minLength: 1, maxLength: 4 }),
    dims: fc.option(fc.array(fc.oneof(fc.nat(), named, fc.constant(null)), { maxLength: 4 })),
    dtype: fc.constantFrom(...(Object.keys(DTYPES) as Dtype[])),
  })
  .map(({ name, names, constant, attributes, ops, dims, dtype }) => {
    const value = (i: number) => names[i] ?? '';
    return {
      name,
      inputs: [{ name: value(0), dtype, shape: dims }],
      initializers: new Map([[value(1), constant]]),
      nodes: ops.map(([op, from], i) => ({
        op,
        domain: '',
        name: `node ${i}`,
        inputs: [value(from % (i + 2)), ''],
        outputs: [value(i + 2)],
        attributes: new Map(attributes),
      })),
      outputs: [{ name: value(ops.length + 1), dtype, shape: dims }],
      values: new Map([[value(2), { name: value(2), dtype, shape: [1, 'n'] }]]),
    };
  });

describe('an ONNX model', () => {
  it('is read back as it was written, whatever the graph', () => {
    fc.assert(
      fc.property(anyGraph, fc.dictionary(named, text), text, (graph, metadata, producer) => {
        const decoded = decodeModel(
          encodeModel(graph, { metadata, producer, opset: 20, domains: { 'com.microsoft': 1 } }),
        );
        expect(decoded).toEqual({
          graph,
          metadata,
          producer,
          opset: 20,
          irVersion: 9,
          domains: { 'com.microsoft': 1 },
        });
      }),
      { numRuns: 200 },
    );
  });

  it('is written alike twice, and alike after being read back', () => {
    fc.assert(
      fc.property(anyGraph, (graph) => {
        const bytes = encodeModel(graph);
        expect(encodeModel(graph)).toEqual(bytes);
        expect(encodeModel(decodeModel(bytes).graph)).toEqual(bytes);
      }),
      { numRuns: 100 },
    );
  });

  it('keeps nested graphs', () => {
    const inner = { ...smallNetwork(), name: 'inner' };
    const graph = smallNetwork();
    graph.nodes[0]?.attributes.set('body', { kind: 'graph', value: inner });
    graph.nodes[0]?.attributes.set('cases', { kind: 'graphs', value: [inner, inner] });
    expect(decodeModel(encodeModel(graph)).graph).toEqual(graph);
  });

  it('stores weights raw, little-endian, at four bytes a float', () => {
    const proto = fromBinary(ModelProtoSchema, encodeModel(smallNetwork()));
    const bias = proto.graph?.initializer.find(({ name }) => name === 'fc.bias');
    expect(bias?.rawData.length).toBe(20);
    const weights = smallNetwork().initializers.get('fc.bias')?.data;
    expect(Buffer.from(bias?.rawData ?? []).readFloatLE(4)).toBe(weights?.[1]);
  });

  it('reads the typed fields of older writers', () => {
    const read = (dataType: number, fields: object) => {
      const proto = fromBinary(ModelProtoSchema, encodeModel(smallNetwork()));
      proto.graph?.initializer.push(create(TensorProtoSchema, { name: 'old', dims: [2n], dataType, ...fields }));
      return decodeModel(toBinary(ModelProtoSchema, proto)).graph.initializers.get('old')?.data;
    };
    expect(read(1, { floatData: [1.5, -2] })).toEqual(Float32Array.of(1.5, -2));
    expect(read(7, { int64Data: [1n, -2n] })).toEqual(BigInt64Array.of(1n, -2n));
    expect(read(3, { int32Data: [1, -2] })).toEqual(Int8Array.of(1, -2));
    expect(read(10, { int32Data: [15360, 1] })).toEqual(Uint16Array.of(15360, 1));
    expect(read(11, { doubleData: [0.1, 2] })).toEqual(Float64Array.of(0.1, 2));
    expect(read(12, { uint64Data: [1n, 2n] })).toEqual(Uint32Array.of(1, 2));
    expect(() => read(8, { stringData: [] })).toThrow(/"old" has elements of type STRING/);
    expect(() => read(1, { floatData: [1] })).toThrow(/"old" of shape \[2\] holds 1 values; it needs 2/);
    expect(() => read(1, { rawData: new Uint8Array(7) })).toThrow(/not a whole number of values/);
    expect(() => read(1, { dims: [2n ** 50n, 2n ** 50n], floatData: [1] })).toThrow(/holds 1 values/);
    expect(() => read(1, { dataLocation: 1 })).toThrow(/in another file/);
  });

  it('is refused with a reason where it cannot be written', () => {
    expect(() => encodeModel(smallNetwork(), { opset: 16 })).toThrow(/17 or later/);
    const foreign = smallNetwork();
    for (const node of foreign.nodes) node.domain = 'com.example';
    expect(() => encodeModel(foreign)).toThrow(/"com.example".*`domains`/);
    const unsound = smallNetwork();
    unsound.initializers.clear();
    expect(() => encodeModel(unsound)).toThrow(/not valid/);
  });

  it('whose bytes are damaged gives a sentence that names it: never a crash, a hang or a foreign error', () => {
    const bytes = encodeModel(smallNetwork(), { metadata: { network: 'small' } });
    let read = 0;
    const sentence = (damaged: Uint8Array) => {
      try {
        decodeModel(damaged, 'a.onnx');
        read++;
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
        expect((error as Error).message).toMatch(
          /^a\.onnx: (not an ONNX model, or a damaged one|the ONNX model cannot be read)/,
        );
        expect((error as Error).message).not.toMatch(/undefined|is not a function|Cannot read prop/);
      }
    };
    for (let end = 0; end < bytes.length; end += 3) sentence(bytes.subarray(0, end));
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), sentence), { numRuns: 500 });
    const edits = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(edits, (changes) => {
        const damaged = bytes.slice();
        for (const [at, value] of changes) damaged[at] = value;
        sentence(damaged);
      }),
      { numRuns: 2000 },
    );
    expect(read).toBeGreaterThan(0); // a changed weight is still a model
  });

  it('whose graph holds what is not supported still tells its header', () => {
    const proto = fromBinary(ModelProtoSchema, encodeModel(smallNetwork(), { metadata: { a: 'b' } }));
    proto.functions.push({
      $typeName: 'onnx.FunctionProto',
      name: 'f',
      input: [],
      output: [],
      attribute: [],
      attributeProto: [],
      node: [],
      docString: '',
      opsetImport: [],
      domain: '',
      overload: '',
      valueInfo: [],
      metadataProps: [],
    });
    const bytes = toBinary(ModelProtoSchema, proto);
    expect(() => decodeModel(bytes, 'f.onnx')).toThrow(/f\.onnx: .*functions of its own/);
    expect(readModelHeader(bytes)).toMatchObject({ metadata: { a: 'b' }, opset: 17, producer: 'pocketnet' });
  });

  const teachers = join(process.env.POCKETNET_DATA ?? '', 'faces', 'teachers');
  const real = ['mobilefacenet.onnx', 'fr_feature.onnx'].map((name) => join(teachers, name));
  it.skipIf(!process.env.POCKETNET_DATA || !real.every(existsSync))(
    'of another writer keeps its graph over a round trip (needs POCKETNET_DATA)',
    () => {
      for (const path of real) {
        const { graph, opset, domains } = decodeModel(readFileSync(path), path);
        expect(graph.nodes.length).toBeGreaterThan(20);
        const options = { opset: Math.max(17, opset), domains };
        const bytes = encodeModel(graph, options);
        const again = decodeModel(bytes).graph;
        expect(again.nodes).toEqual(graph.nodes);
        expect([...again.initializers.keys()]).toEqual([...graph.initializers.keys()]);
        const raw = (data: TensorData | undefined) => Buffer.from(data?.buffer.slice(0) ?? new ArrayBuffer());
        for (const [name, { data }] of graph.initializers)
          expect(Buffer.compare(raw(data), raw(again.initializers.get(name)?.data))).toBe(0);
        expect(Buffer.compare(encodeModel(again, options), bytes)).toBe(0);
      }
    },
  );
});
