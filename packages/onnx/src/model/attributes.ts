import { create } from '@bufbuild/protobuf';
import { type AttributeProto, AttributeProtoSchema, AttributeProto_AttributeType as Type } from 'onnx-buf';
import { type Attribute, plainInt } from '../graph/attribute.js';
import { decodeGraph, encodeGraph } from './graphs.js';
import { decodeTensor, encodeTensor } from './tensors.js';

export function encodeAttribute(name: string, { kind, value }: Attribute): AttributeProto {
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

export function decodeAttribute(proto: AttributeProto, node: string): Attribute {
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
      if (!proto.t) throw new Error(`${where} lacks its tensor.`);
      return { kind: 'tensor', value: decodeTensor(proto.t, where) };
    case Type.GRAPH:
      if (!proto.g) throw new Error(`${where} lacks its graph.`);
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
    throw new Error(`${where} holds bytes that are no UTF-8 text; such strings are not supported.`);
  }
}
