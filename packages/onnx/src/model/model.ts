import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { type ModelProto, ModelProtoSchema } from 'onnx-buf';
import { checkGraph } from '../graph/check.js';
import type { Graph, ValueInfo } from '../graph/graph.js';
import { decodeGraph, encodeGraph } from './graphs.js';
import { decodeValue } from './values.js';

export interface ModelOptions {
  /** Version of ONNX's operator set that the nodes follow; 17 (default) or later. */
  readonly opset?: number;
  /** Other operator sets in use, e.g. `{ 'com.microsoft': 1 }`. */
  readonly domains?: Record<string, number>;
  /** Free key-value pairs that travel with the model. */
  readonly metadata?: Record<string, string>;
  /** Name of the program that made it; `pocketnet` unless said. */
  readonly producer?: string;
}

/** What a model file holds besides its graph. */
export interface ModelHeader {
  readonly opset: number;
  readonly domains: Record<string, number>;
  readonly metadata: Record<string, string>;
  readonly producer: string;
  readonly irVersion: number;
}

export interface DecodedModel extends ModelHeader {
  readonly graph: Graph;
}

/** The first opset of each file format version (ONNX, docs/Versioning.md): a reader of that opset reads that format. */
const IR_VERSIONS = [
  { opset: 17, ir: 8 },
  { opset: 19, ir: 9 },
  { opset: 21, ir: 10 },
  { opset: 23, ir: 11 },
  { opset: 24, ir: 12 },
  { opset: 25, ir: 13 },
];

/** Protocol buffers end at 2 GiB. */
export const MAX_BYTES = 2 ** 31 - 1;

/**
 * Writes a graph as an ONNX file. Equal graphs and options give equal bytes.
 *
 * @throws Error if the graph is not valid, uses an operator set without a version, or would exceed 2 GiB
 */
export function encodeModel(graph: Graph, options: ModelOptions = {}): Uint8Array {
  const { opset = 17, domains = {}, metadata = {}, producer = 'pocketnet' } = options;
  const ir = IR_VERSIONS.findLast((version) => version.opset <= opset)?.ir;
  if (!Number.isInteger(opset) || ir === undefined)
    throw new Error(`Opset ${opset} is not supported. Give 17 or later.`);
  checkGraph(graph);
  const missing = graph.nodes.find(({ domain }) => domain !== '' && domains[domain] === undefined);
  if (missing)
    throw new Error(
      `Node "${missing.name}" is of the operator set "${missing.domain}". Give its version in \`domains\`.`,
    );
  const size = [...graph.initializers.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
  if (size > MAX_BYTES) throw new Error(`The weights take ${size} bytes; an ONNX file can hold 2 GiB.`);

  const operatorSets = [['', opset] as const, ...Object.entries(domains)];
  return toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, {
      irVersion: BigInt(ir),
      producerName: producer,
      opsetImport: operatorSets.map(([domain, version]) => ({ domain, version: BigInt(version) })),
      metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
      graph: encodeGraph(graph),
    }),
  );
}

/**
 * Reads a whole ONNX file. Doc strings are dropped. Anything else that this package cannot represent is refused by name, so that a
 * rewritten model never silently lacks a part.
 *
 * @param name what the bytes are called in errors, e.g. the file's path
 */
export function decodeModel(bytes: Uint8Array, name = 'the bytes given'): DecodedModel {
  const proto = parseModel(bytes, name);
  try {
    if (!proto.graph) throw new Error('It has no graph.');
    if (proto.functions.length > 0) throw new Error('It defines functions of its own, which are not supported.');
    if (proto.trainingInfo.length > 0) throw new Error('It holds training graphs, which are not supported.');
    const graph = decodeGraph(proto.graph);
    checkGraph(graph);
    return { ...header(proto), graph };
  } catch (error) {
    throw new Error(`${name}: the ONNX model cannot be read. ${error instanceof Error ? error.message : error}`);
  }
}

/** Reads everything but the graph; also works for models whose graph `decodeModel` refuses. */
export function readModelHeader(bytes: Uint8Array, name = 'the bytes given'): ModelHeader {
  return header(parseModel(bytes, name));
}

/** The inputs of a run, without constants; also works for models whose graph `decodeModel` refuses. */
export function modelInputs(bytes: Uint8Array, name = 'the bytes given'): ValueInfo[] {
  const { graph } = parseModel(bytes, name);
  const constants = new Set(graph?.initializer.map((tensor) => tensor.name));
  const inputs = graph?.input.filter((input) => !constants.has(input.name)) ?? [];
  return inputs.map(decodeValue).filter((value) => value !== undefined);
}

/** The file as a protobuf message. @throws Error if the bytes are not an ONNX model */
export function parseModel(bytes: Uint8Array, name = 'the bytes given'): ModelProto {
  let proto: ModelProto;
  try {
    proto = fromBinary(ModelProtoSchema, bytes, { readUnknownFields: false });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${name}: not an ONNX model, or a damaged one (${reason}).`);
  }
  if (!proto.graph || proto.opsetImport.length === 0)
    throw new Error(`${name}: not an ONNX model, or a damaged one (it has no graph or no operator set).`);
  return proto;
}

function header(proto: ModelProto): ModelHeader {
  const isOwn = (domain: string) => domain === '' || domain === 'ai.onnx';
  const own = proto.opsetImport.find(({ domain }) => isOwn(domain));
  return {
    opset: Number(own?.version ?? 0),
    domains: Object.fromEntries(
      proto.opsetImport.filter(({ domain }) => !isOwn(domain)).map(({ domain, version }) => [domain, Number(version)]),
    ),
    metadata: Object.fromEntries(proto.metadataProps.map(({ key, value }) => [key, value])),
    producer: proto.producerName,
    irVersion: Number(proto.irVersion),
  };
}
