import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { FormatError } from './format-error.js';

/**
 * The bytes of a regular file of any size (`readFileSync` stops at 2 GiB), aligned to 8 bytes.
 * Throws an error that names the path where it is missing, no file, or shrinks while being read.
 */
export function readFileBytes(path: string): Uint8Array {
  const file = open(path);
  try {
    const info = fstatSync(file);
    if (!info.isFile()) throw new FormatError(path, 'is not a file');
    const bytes = new Uint8Array(info.size);
    for (let at = 0; at < bytes.length; ) {
      const got = readSync(file, bytes, at, Math.min(bytes.length - at, 1 << 30), at);
      if (got === 0) throw new FormatError(path, `ended at byte ${at} of ${bytes.length} while it was being read`);
      at += got;
    }
    return bytes;
  } finally {
    closeSync(file);
  }
}

function open(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    throw new FormatError(path, missing ? 'no such file' : `cannot be opened: ${(cause as Error).message}`);
  }
}
