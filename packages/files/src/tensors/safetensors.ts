import { FileError } from '../file-error.js';
import { aligned, checkStored, dtypeBytes, elementCount, type StoredDtype, type StoredTensors } from './stored.js';

// A file is: u64 header length (little-endian), a JSON header padded with spaces, then the tensors' bytes without gaps.
// https://github.com/huggingface/safetensors#format

const metadataKey = '__metadata__';
/** The limit of the reference implementation; a longer header is a corrupt length. */
const headerLimit = 100_000_000;

const names = {
  float64: 'F64',
  float32: 'F32',
  float16: 'F16',
  bfloat16: 'BF16',
  int64: 'I64',
  int32: 'I32',
  int16: 'I16',
  int8: 'I8',
  uint8: 'U8',
  bool: 'BOOL',
} as const satisfies Record<StoredDtype, string>;
const dtypes = new Map(Object.entries(names).map(([dtype, name]) => [name as string, dtype as StoredDtype]));

/** Whether a file begins as this format does: the length of the header, and its brace. */
export const isSafetensors = (head: Uint8Array): boolean =>
  head.length >= 10 &&
  head[8] === 0x7b &&
  new DataView(head.buffer, head.byteOffset).getBigUint64(0, true) <= BigInt(headerLimit);

/** The pieces of a `.safetensors` file, tensors in the order of the map and their bytes not copied. `file` names it in errors. */
export function encodeSafetensors(stored: StoredTensors, file: string): Uint8Array[] {
  const fields: string[] = [];
  if (Object.keys(stored.metadata).length > 0) {
    fields.push(`${JSON.stringify(metadataKey)}:${JSON.stringify(stored.metadata)}`);
  }
  let at = 0;
  for (const [name, tensor] of stored.tensors) {
    if (name === metadataKey) throw new FileError(file, `no tensor may be called "${metadataKey}"`);
    checkStored(file, name, tensor);
    const end = at + tensor.data.byteLength;
    const entry = { dtype: names[tensor.dtype], shape: tensor.shape, data_offsets: [at, end] };
    // Joined by hand: a JavaScript object would move names such as "0" to the front.
    fields.push(`${JSON.stringify(name)}:${JSON.stringify(entry)}`);
    at = end;
  }
  const header = new TextEncoder().encode(`{${fields.join(',')}}`);
  const padded = new Uint8Array(8 + Math.ceil(header.length / 8) * 8).fill(0x20);
  new DataView(padded.buffer).setBigUint64(0, BigInt(padded.length - 8), true);
  padded.set(header, 8);
  return [padded, ...[...stored.tensors.values()].map((tensor) => tensor.data)];
}

/** The tensors' names, of a file that begins with these bytes; undefined where that is no whole header of this format. */
export function safetensorsNames(head: Uint8Array): string[] | undefined {
  try {
    return Object.keys(splitHeader(head, 'head').header).filter((name) => name !== metadataKey);
  } catch {
    return undefined;
  }
}

/**
 * Decodes a `.safetensors` file. Tensors come in the order of their data, which is the order they were written in;
 * their bytes are views of `bytes` where these are aligned to 8.
 *
 * @param name what to call the file in errors
 * @throws FileError on a header, dtype, shape or offset that does not fit; nothing is allocated on the file's word
 */
export function decodeSafetensors(bytes: Uint8Array, name: string): StoredTensors {
  const { header, body } = splitHeader(bytes, name);
  const entries: Entry[] = [];
  let metadata: Record<string, string> = {};
  for (const [key, value] of Object.entries(header)) {
    if (key === metadataKey) metadata = readMetadata(value, name);
    else entries.push(readEntry(key, value, name));
  }
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  checkCover(entries, body.length, name);
  const tensors = new Map(
    entries.map(({ key, dtype, shape, begin, end }) => [
      key,
      { dtype, shape, data: aligned(body.subarray(begin, end)) },
    ]),
  );
  return { tensors, metadata };
}

function splitHeader(bytes: Uint8Array, name: string): { header: object; body: Uint8Array } {
  if (bytes.length < 8) throw new FileError(name, `is no safetensors file: it has only ${bytes.length} bytes`);
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  if (length > BigInt(Math.min(bytes.length - 8, headerLimit))) {
    throw new FileError(
      name,
      `is no safetensors file, or truncated: its header claims ${length} bytes, ${bytes.length - 8} follow`,
    );
  }
  const end = 8 + Number(length);
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(8, end)));
  } catch (cause) {
    throw new FileError(name, `the safetensors header is not JSON: ${(cause as Error).message}`);
  }
  if (!isRecord(header)) throw new FileError(name, 'the safetensors header is not a JSON object');
  return { header, body: bytes.subarray(end) };
}

interface Entry {
  key: string;
  dtype: StoredDtype;
  shape: number[];
  begin: number;
  end: number;
}

function readEntry(key: string, value: unknown, file: string): Entry {
  const fail = (problem: string) => new FileError(file, `tensor "${key}": ${problem}`);
  if (!isRecord(value)) throw fail('its header entry is not an object');
  const { dtype: dtypeName, shape, data_offsets: offsets } = value;
  const dtype = typeof dtypeName === 'string' ? dtypes.get(dtypeName) : undefined;
  if (!dtype) throw fail(`dtype ${JSON.stringify(dtypeName)} is not one of ${[...dtypes.keys()].join(', ')}`);
  if (!isCounts(shape)) throw fail('"shape" is not a list of whole numbers');
  if (!isCounts(offsets) || offsets.length !== 2) throw fail('"data_offsets" is not a pair of whole numbers');
  const [begin, end] = offsets as [number, number];
  const size = countOrFail(shape, fail) * dtypeBytes[dtype];
  if (end - begin !== size) {
    throw fail(`${dtypeName} [${shape.join(', ')}] takes ${size} bytes, data_offsets span ${end - begin}`);
  }
  return { key, dtype, shape, begin, end };
}

function countOrFail(shape: number[], fail: (problem: string) => FileError): number {
  try {
    return elementCount(shape);
  } catch (cause) {
    throw fail((cause as Error).message);
  }
}

/** The format allows neither overlaps nor holes: sorted by offset, the tensors tile the body. */
function checkCover(sorted: readonly Entry[], length: number, file: string): void {
  let at = 0;
  for (const { key, begin, end } of sorted) {
    if (begin !== at) {
      const what = begin < at ? 'overlaps the tensor before it' : `leaves a hole of ${begin - at} bytes before it`;
      throw new FileError(file, `tensor "${key}" at byte ${begin} of the data ${what}`);
    }
    at = end;
  }
  if (at !== length) {
    const what = at > length ? 'the file is truncated' : 'bytes are left over';
    throw new FileError(file, `${what}: the header describes ${at} bytes of data, the file has ${length}`);
  }
}

function readMetadata(value: unknown, file: string): Record<string, string> {
  if (!isRecord(value) || Object.values(value).some((text) => typeof text !== 'string')) {
    throw new FileError(file, `"${metadataKey}" is not an object of strings`);
  }
  return value as Record<string, string>;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}
