import { extname } from 'node:path';
import { FormatError } from './format-error.js';
import { decodePth, isPth } from './pth/read.js';
import { writePth } from './pth/write.js';
import { readFileBytes } from './read-file.js';
import { decodeSafetensors, isSafetensors, writeSafetensors } from './safetensors.js';
import type { StoredTensors } from './stored.js';

export { writeFileAtomic, writeFully } from './atomic.js';
export { FormatError } from './format-error.js';
export { decodePth, readPth } from './pth/read.js';
export { writePth } from './pth/write.js';
export { decodeSafetensors, encodeSafetensors, readSafetensors, writeSafetensors } from './safetensors.js';
export { dtypeBytes, elementCount, type StoredDtype, type StoredTensor, type StoredTensors } from './stored.js';

interface TensorFormat {
  readonly name: string;
  /** Endings that files are written under; read are files of any name. */
  readonly extensions: readonly string[];
  /** Whether a file that begins with these bytes, 16 or more, is of this format. */
  matches(head: Uint8Array): boolean;
  decode(bytes: Uint8Array, name: string): StoredTensors;
  write(path: string, stored: StoredTensors): void;
}

/** File formats of tensors. They are told apart by content: people call checkpoints `.pth`, `.ckpt`, `.bin`, `.pth.tar` … */
export const tensorFormats: readonly TensorFormat[] = [
  {
    name: 'safetensors',
    extensions: ['.safetensors'],
    matches: isSafetensors,
    decode: decodeSafetensors,
    write: writeSafetensors,
  },
  { name: 'torch.save', extensions: ['.pth', '.pt'], matches: isPth, decode: decodePth, write: writePth },
];

/** The format of a file of tensors by its first 16 bytes or more; undefined where it is none. */
export const tensorFormatOf = (head: Uint8Array): TensorFormat | undefined =>
  tensorFormats.find((format) => format.matches(head));

/** Reads the tensors of a file, whatever its name. Errors name the file and what to do. */
export function readTensors(path: string): StoredTensors {
  const bytes = readFileBytes(path);
  const format = tensorFormatOf(bytes) ?? tensorFormats.find(({ extensions }) => extensions.includes(ending(path)));
  if (format) return format.decode(bytes, path); // one that only its name speaks for says what is wrong with it
  const names = tensorFormats.map(({ name }) => name).join(' nor of ');
  throw new FormatError(path, `is no file of tensors: its content is neither of ${names}`);
}

/** Writes tensors atomically in the format that the extension names. */
export function writeTensors(path: string, stored: StoredTensors): void {
  const format = tensorFormats.find(({ extensions }) => extensions.includes(ending(path)));
  if (!format) {
    const known = tensorFormats.flatMap(({ extensions }) => extensions).join(', ');
    throw new FormatError(path, `"${ending(path)}" is no ending that tensors are written under; known are ${known}`);
  }
  format.write(path, stored);
}

const ending = (path: string): string => extname(path).toLowerCase();
