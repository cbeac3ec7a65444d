import { extname } from 'node:path';
import { FormatError } from './format-error.js';
import { readPth } from './pth/read.js';
import { writePth } from './pth/write.js';
import { readSafetensors, writeSafetensors } from './safetensors.js';
import type { StoredTensors } from './stored.js';

export { writeFileAtomic, writeFully } from './atomic.js';
export { FormatError } from './format-error.js';
export { decodePth, readPth } from './pth/read.js';
export { writePth } from './pth/write.js';
export { decodeSafetensors, encodeSafetensors, readSafetensors, writeSafetensors } from './safetensors.js';
export { dtypeBytes, elementCount, type StoredDtype, type StoredTensor, type StoredTensors } from './stored.js';

interface TensorFormat {
  read(path: string): StoredTensors;
  write(path: string, stored: StoredTensors): void;
}

const safetensors: TensorFormat = { read: readSafetensors, write: writeSafetensors };
const pth: TensorFormat = { read: readPth, write: writePth };

/** File formats of tensors, by extension. */
export const tensorFormats: ReadonlyMap<string, TensorFormat> = new Map([
  ['.safetensors', safetensors],
  ['.pth', pth],
  ['.pt', pth],
]);

/** Reads the tensors of a file in the format that its extension names. Errors name the file and what to do. */
export function readTensors(path: string): StoredTensors {
  return formatOf(path).read(path);
}

/** Writes tensors atomically in the format that the extension names. */
export function writeTensors(path: string, stored: StoredTensors): void {
  formatOf(path).write(path, stored);
}

function formatOf(path: string): TensorFormat {
  const extension = extname(path).toLowerCase();
  const format = tensorFormats.get(extension);
  if (format) return format;
  throw new FormatError(
    path,
    `"${extension}" is no format of tensors; known are ${[...tensorFormats.keys()].join(', ')}`,
  );
}
