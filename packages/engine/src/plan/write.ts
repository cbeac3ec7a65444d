import { crc32c, toHalf } from '@pocketnet/files';
import { ALIGNMENT, DTYPE_BYTES, ENUMS, MAGIC, type PlanRecord, type RecordName, VERSION } from './format.js';
import { recordBytes, writeRecord } from './layout.js';
import type { Plan } from './plan.js';

const aligned = (offset: number): number => Math.ceil(offset / ALIGNMENT) * ALIGNMENT;

/** Writes a plan's file. Equal plans give equal bytes. */
export function writePlan({ metadata, image, tensors, buffers, sources, steps }: Plan): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(JSON.stringify(metadata));
  let end = recordBytes('header');
  const reserve = (bytes: number): number => {
    const offset = aligned(end);
    end = offset + bytes;
    return offset;
  };
  const metadataOffset = reserve(text.length);
  const table = (name: RecordName, count: number) => reserve(count * recordBytes(name));
  const tensorsOffset = table('tensor', tensors.length);
  const buffersOffset = table('buffer', buffers.length);
  const sourcesOffset = table('source', sources.length);
  const stepsOffset = table('step', steps.length);
  const places = tensors.map(({ dtype, data }) => reserve(data.length * DTYPE_BYTES[dtype]));

  const bytes = new Uint8Array(end);
  const view = new DataView(bytes.buffer);
  const records = <N extends RecordName>(name: N, offset: number, list: readonly PlanRecord<N>[]) => {
    for (const [i, record] of list.entries()) writeRecord(view, offset + i * recordBytes(name), name, record);
  };
  bytes.set(text, metadataOffset);
  records(
    'tensor',
    tensorsOffset,
    tensors.map(({ dtype, data }, i) => ({
      ...{ dtype: ENUMS.dtype[dtype], offset: places[i] ?? 0, count: data.length, reserved: 0 },
    })),
  );
  records('buffer', buffersOffset, buffers);
  records('source', sourcesOffset, sources);
  records('step', stepsOffset, steps);
  for (const [i, { dtype, data }] of tensors.entries()) {
    if (dtype === 'float32') new Float32Array(bytes.buffer, places[i], data.length).set(data);
    else if (dtype === 'int8') new Int8Array(bytes.buffer, places[i], data.length).set(data);
    else new Uint16Array(bytes.buffer, places[i], data.length).set(Uint16Array.from(data, toHalf));
  }
  const { channels, height, width, multiple, scale, shift } = image;
  writeRecord(view, 0, 'header', {
    ...{ magic: MAGIC, version: VERSION, crc: 0, size: end },
    ...{ metadataOffset, metadataBytes: text.length, tensorsOffset, tensorCount: tensors.length },
    ...{ buffersOffset, bufferCount: buffers.length, sourcesOffset, sourceCount: sources.length },
    ...{ stepsOffset, stepCount: steps.length, channels, height, width, multiple },
    ...{ blueFirst: Number(image.blueFirst), scale0: scale[0], scale1: scale[1], scale2: scale[2] },
    ...{ shift0: shift[0], shift1: shift[1], shift2: shift[2], reserved: 0 },
  });
  sealPlan(bytes);
  return bytes;
}

/** Writes the checksum that fits a plan's bytes as they are. */
export function sealPlan(bytes: Uint8Array): void {
  new DataView(bytes.buffer, bytes.byteOffset).setUint32(8, crc32c(bytes.subarray(12)), true);
}
