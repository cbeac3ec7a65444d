import { closeSync, openSync, readSync } from 'node:fs';
import type { Matrix } from '@pocketnet/evaluate';
import { type FloatType, floatBytes, floatMatrix } from './numbers.js';
import { readBytes } from './read-bytes.js';

// u64 length of the header (little-endian), a JSON header, then the tensors' bytes: https://github.com/huggingface/safetensors#format
// Read here and not by @pocketnet/torch, because a matrix is to be evaluated where there is no libtorch.

const TYPES: Readonly<Record<string, FloatType>> = { F16: 'float16', F32: 'float32', F64: 'float64' };
const HEADER_LIMIT = 100_000_000;

interface Entry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

/** The names of the tensors that hold embeddings, of images and of mirror images. */
export const EMBEDDINGS = 'embeddings';
export const MIRRORED = 'mirrored';

/** Whether a file is of safetensors and holds embeddings rather than weights: a tensor called `embeddings`. */
export function holdsEmbeddings(path: string): boolean {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return false; // whoever opens it as weights says why
  }
  try {
    const head = new Uint8Array(8);
    if (readSync(file, head, 0, 8, 0) < 8) return false;
    const length = Number(new DataView(head.buffer).getBigUint64(0, true));
    if (length > 2 ** 20) return false; // a matrix needs no long header
    const bytes = new Uint8Array(length);
    if (readSync(file, bytes, 0, length, 8) < length) return false;
    return EMBEDDINGS in (JSON.parse(new TextDecoder().decode(bytes)) as object);
  } catch {
    return false;
  } finally {
    closeSync(file);
  }
}

/** Reads the matrices `embeddings` and, where there is one, `mirrored`. @throws Error that names the file and the tensor */
export function readEmbeddings(path: string): { images: Matrix; flips: Matrix | undefined } {
  const bytes = readBytes(path);
  const fail = (reason: string): never => {
    throw new Error(
      `${path}: ${reason}. Save the tensor "${EMBEDDINGS}" of one row an image, and "${MIRRORED}" for the mirror images.`,
    );
  };
  if (bytes.length < 8) return fail('this is no .safetensors file');
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true));
  if (length > Math.min(HEADER_LIMIT, bytes.length - 8)) return fail('the header reaches past the end of the file');
  const entries = parseHeader(bytes.subarray(8, 8 + length)) ?? fail('its header is no JSON object');
  const data = bytes.subarray(8 + length);
  const read = (name: string): Matrix | undefined => {
    if (!(name in entries)) return undefined;
    const entry = entries[name];
    if (!isEntry(entry)) return fail(`the entry of "${name}" is damaged`);
    const type = TYPES[entry.dtype];
    if (!type) return fail(`"${name}" is of ${entry.dtype} instead of F16, F32 or F64`);
    const [rows = 0, cols = 0] = entry.shape;
    if (entry.shape.length !== 2 || rows < 1 || cols < 1)
      return fail(`"${name}" is [${entry.shape.join(', ')}], no matrix`);
    const [from, to] = entry.data_offsets;
    if (to - from !== rows * cols * floatBytes[type] || to > data.length)
      return fail(`"${name}" does not lie inside the file`);
    return floatMatrix(data.subarray(from, to), type, rows, cols);
  };
  return { images: read(EMBEDDINGS) ?? fail(`it holds no tensor "${EMBEDDINGS}"`), flips: read(MIRRORED) };
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> | undefined {
  try {
    const header: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return typeof header === 'object' && header !== null && !Array.isArray(header)
      ? (header as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

function isEntry(value: unknown): value is Entry {
  const { dtype, shape, data_offsets } = (value ?? {}) as Partial<Entry>;
  const isCount = (n: unknown) => Number.isSafeInteger(n) && Number(n) >= 0;
  return (
    typeof dtype === 'string' &&
    Array.isArray(shape) &&
    shape.every(isCount) &&
    Array.isArray(data_offsets) &&
    data_offsets.length === 2 &&
    data_offsets.every(isCount)
  );
}
