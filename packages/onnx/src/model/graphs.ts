import { create } from '@bufbuild/protobuf';
import { type GraphProto, GraphProtoSchema, type NodeProto, NodeProtoSchema, type ValueInfoProto } from 'onnx-buf';
import type { Graph, Node, ValueInfo } from '../graph/graph.js';
import { decodeAttribute, encodeAttribute } from './attributes.js';
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
  if (!value) throw new Error(`The ${role} "${proto.name}" does not say its type.`);
  return value;
}

function distinct<T>(entries: [string, T][], what: string): Map<string, T> {
  const map = new Map(entries);
  if (map.size < entries.length) throw new Error(`Two ${what} bear one name.`);
  return map;
}
