import { create } from '@bufbuild/protobuf';
import {
  type AttributeProto,
  AttributeProtoSchema,
  type GraphProto,
  GraphProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  AttributeProto_AttributeType as Type,
  type ValueInfoProto,
} from 'onnx-buf';
import { plainInt } from '../graph/attribute.js';
import type { Attribute, Graph, Node, ValueInfo } from '../graph/graph.js';
import { decodeTensor, encodeTensor } from './tensors.js';
import { decodeValue, encodeValue } from './values.js';

export function encodeGraph(graph: Graph): GraphProto {
  return create(GraphProtoSchema, {
    name: graph.name,
    node: graph.nodes.map(encodeNode),
    initializer: [...graph.initializers].map(([name, constant]) => encodeTensor(name, constant)),
    input: graph.inputs.map(encodeValue),
    output: graph.outputs.map(encodeValue),
    valueInfo: [...graph.values.values()].map(encodeValue),
  });
}

export function decodeGraph(proto: GraphProto): Graph {
  if (proto.sparseInitializer.length > 0)
    throw new Error(`The graph "${proto.name}" has sparse initialisers, which are not supported.`);
  const values = proto.valueInfo.map(decodeValue).filter((value) => value !== undefined);
  return {
    name: proto.name,
    inputs: proto.input.map((value) => typed(value, 'input')),
    outputs: proto.output.map((value) => typed(value, 'output')),
    nodes: proto.node.map(decodeNode),
    initializers: distinct(
      proto.initializer.map((one) => [one.name, decodeTensor(one, `The initialiser "${one.name}"`)]),
      'initialisers',
    ),
    values: new Map(values.map((value) => [value.name, value])),
  };
}

function encodeNode(node: Node): NodeProto {
  return create(NodeProtoSchema, {
    name: node.name,
    opType: node.op,
    domain: node.domain,
    input: node.inputs,
    output: node.outputs,
    attribute: [...node.attributes].map(([name, value]) => encodeAttribute(name, value)),
  });
}

function decodeNode(proto: NodeProto): Node {
  const where = `Node "${proto.name}" (${proto.opType})`;
  return {
    op: proto.opType,
    domain: proto.domain,
    name: proto.name,
    inputs: proto.input,
    outputs: proto.output,
    attributes: distinct(
      proto.attribute.map((one) => [one.name, decodeAttribute(one, where)]),
      `attributes of ${where}`,
    ),
  };
}

function typed(proto: ValueInfoProto, role: string): ValueInfo {
  const value = decodeValue(proto);
  if (!value) throw new Error(`The ${role} "${proto.name}" has no type.`);
  return value;
}

function distinct<T>(entries: [string, T][], what: string): Map<string, T> {
  const map = new Map(entries);
  if (map.size < entries.length) throw new Error(`Two ${what} have the same name.`);
  return map;
}

function encodeAttribute(name: string, { kind, value }: Attribute): AttributeProto {
  switch (kind) {
    case 'float':
      return create(AttributeProtoSchema, { name, type: Type.FLOAT, f: value });
    case 'int':
      return create(AttributeProtoSchema, { name, type: Type.INT, i: BigInt(value) });
    case 'string':
      return create(AttributeProtoSchema, { name, type: Type.STRING, s: utf8(value) });
    case 'tensor':
      return create(AttributeProtoSchema, { name, type: Type.TENSOR, t: encodeTensor('', value) });
    case 'graph':
      return create(AttributeProtoSchema, { name, type: Type.GRAPH, g: encodeGraph(value) });
    case 'floats':
      return create(AttributeProtoSchema, { name, type: Type.FLOATS, floats: [...value] });
    case 'ints':
      return create(AttributeProtoSchema, { name, type: Type.INTS, ints: value.map(BigInt) });
    case 'strings':
      return create(AttributeProtoSchema, { name, type: Type.STRINGS, strings: value.map(utf8) });
    case 'tensors':
      return create(AttributeProtoSchema, { name, type: Type.TENSORS, tensors: value.map((t) => encodeTensor('', t)) });
    case 'graphs':
      return create(AttributeProtoSchema, { name, type: Type.GRAPHS, graphs: value.map(encodeGraph) });
  }
}

function decodeAttribute(proto: AttributeProto, node: string): Attribute {
  const where = `${node}, attribute "${proto.name}"`;
  if (proto.refAttrName) throw new Error(`${where} refers to an attribute of a function; functions are not supported.`);
  switch (proto.type) {
    case Type.FLOAT:
      return { kind: 'float', value: proto.f };
    case Type.INT:
      return { kind: 'int', value: plainInt(proto.i) };
    case Type.STRING:
      return { kind: 'string', value: text(proto.s, where) };
    case Type.TENSOR:
      if (!proto.t) throw new Error(`${where} has no tensor.`);
      return { kind: 'tensor', value: decodeTensor(proto.t, where) };
    case Type.GRAPH:
      if (!proto.g) throw new Error(`${where} has no graph.`);
      return { kind: 'graph', value: decodeGraph(proto.g) };
    case Type.FLOATS:
      return { kind: 'floats', value: proto.floats };
    case Type.INTS:
      return { kind: 'ints', value: proto.ints.map(plainInt) };
    case Type.STRINGS:
      return { kind: 'strings', value: proto.strings.map((bytes) => text(bytes, where)) };
    case Type.TENSORS:
      return { kind: 'tensors', value: proto.tensors.map((one) => decodeTensor(one, where)) };
    case Type.GRAPHS:
      return { kind: 'graphs', value: proto.graphs.map(decodeGraph) };
    default:
      throw new Error(`${where} is of kind ${Type[proto.type] ?? proto.type}, which is not supported.`);
  }
}

function utf8(value: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(value) as Uint8Array<ArrayBuffer>;
}

function text(bytes: Uint8Array, where: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Error(`${where} is not UTF-8 text; such strings are not supported.`);
  }
}
