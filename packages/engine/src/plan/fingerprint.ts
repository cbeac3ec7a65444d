import { crc32c, sha256 } from '@pocketnet/files';
import { ALIGNMENT, REFUSALS } from './format.js';
import { readRecord, recordBytes, writeRecord } from './layout.js';
import { readPlan, readPlanHeader } from './read.js';
import { sealPlan, writePlan } from './write.js';

const UNNAMED = { input: { name: '' }, outputs: [], model: {} };

/**
 * Names what a plan computes: the first 32 hexadecimal digits of the SHA-256 of its file without what it says of itself, so that a card
 * may be written anew. The arithmetic that a plan is opened with is no part of it: templates of one network have one name.
 *
 * @throws an Error where the bytes are no plan
 */
export const planFingerprint = (bytes: Uint8Array): string =>
  sha256(unnamed(bytes) ?? writePlan({ ...readPlan(bytes), metadata: UNNAMED })).slice(0, 32);

/**
 * The file that `writePlan` would write of a plan with other metadata, made by moving what follows them, which takes a tenth of the time;
 * undefined where the file is not laid out as `writePlan` does.
 */
function unnamed(bytes: Uint8Array): Uint8Array | undefined {
  const header = readPlanHeader(bytes);
  if (header.crc !== crc32c(bytes.subarray(12))) throw new Error(`the plan: ${REFUSALS.checksum}`);
  const { metadataOffset, metadataBytes, tensorsOffset, buffersOffset, sourcesOffset, stepsOffset, tensorCount } =
    header;
  const aligned = (offset: number): number => Math.ceil(offset / ALIGNMENT) * ALIGNMENT;
  const after = aligned(metadataOffset + metadataBytes);
  const each = recordBytes('tensor');
  const laidOut =
    metadataOffset === aligned(recordBytes('header')) &&
    tensorsOffset === after &&
    buffersOffset === aligned(tensorsOffset + tensorCount * each) &&
    sourcesOffset === aligned(buffersOffset + header.bufferCount * recordBytes('buffer')) &&
    stepsOffset === aligned(sourcesOffset + header.sourceCount * recordBytes('source'));
  const end = stepsOffset + header.stepCount * recordBytes('step');
  if (!laidOut || after > bytes.length || end > bytes.length) return undefined;
  const text = new TextEncoder().encode(JSON.stringify(UNNAMED));
  const shift = aligned(metadataOffset + text.length) - after;
  const out = new Uint8Array(bytes.length + shift);
  out.set(text, metadataOffset);
  out.set(bytes.subarray(after), after + shift);
  const view = new DataView(out.buffer);
  for (let i = 0, at = tensorsOffset + shift; i < tensorCount; i++, at += each) {
    const tensor = readRecord(view, at, 'tensor');
    writeRecord(view, at, 'tensor', { ...tensor, offset: tensor.offset + shift });
  }
  writeRecord(view, 0, 'header', {
    ...{ ...header, size: out.length, metadataBytes: text.length, tensorsOffset: tensorsOffset + shift },
    ...{ buffersOffset: buffersOffset + shift, sourcesOffset: sourcesOffset + shift, stepsOffset: stepsOffset + shift },
  });
  sealPlan(out);
  return out;
}
