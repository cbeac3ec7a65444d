import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, normalize } from 'node:path';
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { isPlan } from '@pocketnet/engine/plan';
import {
  type FunctionProto,
  type GraphProto,
  ModelProtoSchema,
  type NodeProto,
  type TensorProto,
  TensorProto_DataLocation,
} from 'onnx-buf';
import { MAX_BYTES, parseModel } from './model.js';

/** A model's file, and whether its bytes hold the whole model. */
export interface ModelFile {
  readonly bytes: Uint8Array;
  /** False where data lie in other files and would, with the graph, exceed the 2 GiB of a protocol buffer. */
  readonly whole: boolean;
}

/**
 * Reads a plan, or an ONNX file together with its external data files (as PyTorch's exporter writes them), so that every runtime gets
 * the same model.
 *
 * @throws Error that names the file that is missing, too short, or lies outside the model's folder
 */
export async function readModelFile(path: string): Promise<ModelFile> {
  const bytes = await contentOf(path);
  const places = isPlan(bytes) ? [] : externalPlaces(bytes, path);
  if (places.length === 0) return { bytes, whole: true };
  const size = bytes.length + places.reduce((sum, { length }) => sum + (length ?? 0), 0);
  if (size > MAX_BYTES) return { bytes, whole: false };
  const files = new Map<string, Uint8Array>();
  for (const { file } of places) if (!files.has(file)) files.set(file, await contentOf(file));
  const model = fromBinary(ModelProtoSchema, bytes); // unknown fields stay as they are
  for (const tensor of tensorsOf(model)) {
    if (tensor.dataLocation !== TensorProto_DataLocation.EXTERNAL) continue;
    const { file, offset, length } = placeOf(tensor, path);
    const content = files.get(file) ?? new Uint8Array();
    const end = offset + (length ?? content.length - offset);
    if (end > content.length)
      throw new Error(
        `${file} has ${content.length} bytes; "${tensor.name}" of ${path} ends at byte ${end}. The file is incomplete or belongs to another model.`,
      );
    tensor.rawData = content.slice(offset, end) as Uint8Array<ArrayBuffer>;
    tensor.externalData = [];
    tensor.dataLocation = TensorProto_DataLocation.DEFAULT;
  }
  return { bytes: toBinary(ModelProtoSchema, model), whole: true };
}

/** A model's external data files, sorted by name. Most models have none. */
export async function externalFiles(path: string): Promise<string[]> {
  const places = externalPlaces(await contentOf(path), path);
  return [...new Set(places.map(({ file }) => file))].sort();
}

/** Part of a file; without a length to its end. */
interface Place {
  file: string;
  offset: number;
  length: number | undefined;
}

function externalPlaces(bytes: Uint8Array, path: string): Place[] {
  return [...tensorsOf(parseModel(bytes, path))]
    .filter(({ dataLocation }) => dataLocation === TensorProto_DataLocation.EXTERNAL)
    .map((tensor) => placeOf(tensor, path));
}

/** ONNX, docs/ExternalData.md: `location` relative to the model, `offset` and `length` in bytes. */
function placeOf({ name, externalData }: TensorProto, path: string): Place {
  const said = new Map(externalData.map(({ key, value }) => [key, value]));
  const location = normalize(said.get('location') ?? '');
  if (location === '.' || isAbsolute(location) || location.startsWith('..'))
    throw new Error(`${path}: "${name}" keeps its data at "${location}", which is not a file in the model's folder.`);
  const length = said.get('length');
  return {
    file: join(dirname(path), location),
    offset: Number(said.get('offset') ?? 0),
    length: length === undefined ? undefined : Number(length),
  };
}

type Parts = { graph?: GraphProto; functions: FunctionProto[] };

/** Every constant of a model: of its graph, of the graphs inside nodes, of functions. */
function* tensorsOf({ graph, functions }: Parts): Generator<TensorProto> {
  if (graph) yield* tensorsOfGraph(graph);
  for (const { node } of functions) yield* tensorsOfNodes(node);
}

function* tensorsOfGraph({ initializer, node }: GraphProto): Generator<TensorProto> {
  yield* initializer;
  yield* tensorsOfNodes(node);
}

function* tensorsOfNodes(nodes: readonly NodeProto[]): Generator<TensorProto> {
  for (const { t, tensors, g, graphs } of nodes.flatMap(({ attribute }) => attribute)) {
    if (t) yield t;
    yield* tensors;
    for (const graph of g ? [g, ...graphs] : graphs) yield* tensorsOfGraph(graph);
  }
}

async function contentOf(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    const reason = code === 'ENOENT' ? 'there is no such file' : cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${path}: the model cannot be read; ${reason}.`, { cause });
  }
}
