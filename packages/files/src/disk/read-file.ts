import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { FileError } from '../file-error.js';
import { namingFile } from './system-error.js';

/**
 * The bytes of a regular file of any size (`readFileSync` stops at 2 GiB), aligned to 8 bytes.
 *
 * @throws FileError that names the path where it is missing, no file, or shrinks while being read
 */
export function readFileBytes(path: string): Uint8Array {
  const file = namingFile(path, 'cannot be read', () => openSync(path, 'r'));
  try {
    const info = fstatSync(file);
    if (info.isDirectory()) throw new FileError(path, 'is a folder where a file is expected. Name a file in it.');
    if (!info.isFile()) throw new FileError(path, 'is not a file');
    const bytes = new Uint8Array(info.size);
    const got = fill(file, bytes);
    if (got < bytes.length)
      throw new FileError(path, `ended at byte ${got} of ${bytes.length} while it was being read`);
    return bytes;
  } finally {
    closeSync(file);
  }
}

/** Up to so many first bytes of a file, to tell what it is; undefined where it cannot be read: whoever opens it says why. */
export function readFileHead(path: string, most: number): Uint8Array | undefined {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    const head = new Uint8Array(Math.min(most, fstatSync(file).size));
    return head.subarray(0, fill(file, head));
  } catch {
    return undefined; // missing, or a folder
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** Reads from the start until `bytes` are full or the file ends. @returns how many were read */
function fill(file: number, bytes: Uint8Array): number {
  let at = 0;
  for (let got = -1; at < bytes.length && got !== 0; at += got)
    got = readSync(file, bytes, at, Math.min(bytes.length - at, 1 << 30), at);
  return at;
}
