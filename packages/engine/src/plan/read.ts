import { crc32c, fromHalf } from '@pocketnet/files';
import {
  DTYPE_BYTES,
  DTYPES,
  ENUMS,
  LIMITS,
  MAGIC,
  type PlanRecord,
  REFUSALS,
  type RecordName,
  VERSION,
} from './format.js';
import { readRecord, recordBytes } from './layout.js';
import type { Axis, Plan, PlanMetadata, PlanTensor } from './plan.js';

const AXES: readonly Axis[] = ['channels', 'height', 'width', 'pixels', 'values'];

/** Whether bytes claim to be a plan. */
export const isPlan = (bytes: Uint8Array): boolean => bytes.length >= 4 && viewOf(bytes).getUint32(0, true) === MAGIC;

/** The header of a plan. @throws an Error that names the file where it is none */
export function readPlanHeader(bytes: Uint8Array, name = 'the plan'): PlanRecord<'header'> {
  const refuse = (why: keyof typeof REFUSALS): never => {
    throw new Error(`${name}: ${REFUSALS[why]}`);
  };
  if (bytes.length < recordBytes('header')) refuse('short');
  const header = readRecord(viewOf(bytes), 0, 'header');
  if (header.magic !== MAGIC) refuse('magic');
  if (header.version !== VERSION) refuse('version');
  if (header.size !== bytes.length) refuse('size');
  if (header.metadataOffset + header.metadataBytes > bytes.length) refuse('section');
  return header;
}

/** What a plan says of itself. @throws an Error that names the file where its metadata are none */
export function readPlanMetadata(bytes: Uint8Array, name = 'the plan'): PlanMetadata {
  const { metadataOffset, metadataBytes } = readPlanHeader(bytes, name);
  let value: unknown;
  try {
    const text = bytes.slice(metadataOffset, metadataOffset + metadataBytes);
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(text));
  } catch {
    throw new Error(`${name}: its metadata are no JSON; the file is damaged.`);
  }
  if (!isMetadata(value))
    throw new Error(
      `${name}: its metadata lack the names of its input and outputs, or hold what is none; compile the model again.`,
    );
  return value;
}

/**
 * A plan's file, taken apart: to print it, or to change it and write it again. Whether the steps fit each other and the image is for the
 * engine to say when it opens it.
 *
 * @throws an Error that names the file and what is wrong
 */
export function readPlan(bytes: Uint8Array, name = 'the plan'): Plan {
  const header = readPlanHeader(bytes, name);
  if (header.crc !== crc32c(bytes.subarray(12))) throw new Error(`${name}: ${REFUSALS.checksum}`);
  const view = viewOf(bytes);
  const table = <N extends RecordName>(record: N, offset: number, count: number, most: number): PlanRecord<N>[] => {
    if (count > most) throw new Error(`${name}: ${REFUSALS.limit} (${record}s)`);
    const each = recordBytes(record);
    if (offset + count * each > bytes.length) throw new Error(`${name}: ${REFUSALS.section} (${record}s)`);
    return Array.from({ length: count }, (_, i) => readRecord(view, offset + i * each, record));
  };
  const tensors = table('tensor', header.tensorsOffset, header.tensorCount, LIMITS.tensors);
  const room = { left: bytes.length }; // tensors that lie over each other would take any number of times the file's size
  return {
    metadata: readPlanMetadata(bytes, name),
    image: {
      ...{ channels: header.channels, height: header.height, width: header.width, multiple: header.multiple },
      blueFirst: header.blueFirst === 1,
      scale: [header.scale0, header.scale1, header.scale2],
      shift: [header.shift0, header.shift1, header.shift2],
    },
    tensors: tensors.map((tensor, i) => readTensor(bytes, tensor, room, `${name}, tensor ${i}`)),
    buffers: table('buffer', header.buffersOffset, header.bufferCount, LIMITS.buffers),
    sources: table('source', header.sourcesOffset, header.sourceCount, LIMITS.sources),
    steps: table('step', header.stepsOffset, header.stepCount, LIMITS.steps),
  };
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

function readTensor(
  bytes: Uint8Array,
  { dtype, offset, count }: PlanRecord<'tensor'>,
  room: { left: number },
  name: string,
): PlanTensor {
  const kind = DTYPES.find((each) => ENUMS.dtype[each] === dtype);
  if (kind === undefined) throw new Error(`${name}: ${REFUSALS.dtype}`);
  const size = count * DTYPE_BYTES[kind];
  room.left -= size;
  if (offset + size > bytes.length || room.left < 0) throw new Error(`${name}: ${REFUSALS.range}`);
  const { buffer } = Uint8Array.from(bytes.subarray(offset, offset + size)); // a copy of its own: Buffer's slice is none
  if (kind === 'int8') return { dtype: kind, data: new Int8Array(buffer) };
  if (kind === 'float16') return { dtype: kind, data: Float32Array.from(new Uint16Array(buffer), fromHalf) };
  return { dtype: kind, data: new Float32Array(buffer) };
}

function isMetadata(value: unknown): value is PlanMetadata {
  if (!isRecord(value)) return false;
  const { input, outputs, model, arithmetics = [] } = value;
  const named = (one: unknown): one is Record<string, unknown> => isRecord(one) && typeof one.name === 'string';
  return (
    named(input) &&
    Array.isArray(outputs) &&
    outputs.every((one) => named(one) && Array.isArray(one.axes) && one.axes.every((axis) => AXES.includes(axis))) &&
    Array.isArray(arithmetics) &&
    arithmetics.every((one) => typeof one === 'string' && Object.hasOwn(ENUMS.arithmetic, one)) &&
    isRecord(model) &&
    Object.values(model).every((text) => typeof text === 'string')
  );
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
