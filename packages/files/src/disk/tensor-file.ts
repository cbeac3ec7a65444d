import { extname } from 'node:path';
import { FileError } from '../file-error.js';
import { type TensorFormat, tensorFormatOf, tensorFormats } from '../tensors/formats.js';
import type { StoredTensors } from '../tensors/stored.js';
import { writeFileAtomic } from './atomic-file.js';
import { readFileBytes } from './read-file.js';

/** Reads the tensors of a file, whatever its name. @throws FileError that names the file and what to do */
export function readTensors(path: string): StoredTensors {
  const bytes = readFileBytes(path);
  const format = tensorFormatOf(bytes) ?? formatByEnding(path); // one that only its name speaks for says what is wrong with it
  if (format) return format.decode(bytes, path);
  const names = tensorFormats.map(({ name }) => name).join(' nor of ');
  throw new FileError(path, `is no file of tensors: its content is neither of ${names}`);
}

/** Writes tensors, whole or not at all, in the format that the extension names. */
export function writeTensors(path: string, stored: StoredTensors): void {
  const format = formatByEnding(path);
  if (!format) {
    const known = tensorFormats.flatMap(({ extensions }) => extensions).join(', ');
    throw new FileError(path, `"${endingOf(path)}" is no ending that tensors are written under; known are ${known}`);
  }
  writeFileAtomic(path, format.encode(stored, path));
}

const endingOf = (path: string): string => extname(path).toLowerCase();

const formatByEnding = (path: string): TensorFormat | undefined =>
  tensorFormats.find(({ extensions }) => extensions.includes(endingOf(path)));
