import { readFileSync, statSync } from 'node:fs';

/** Node reads no larger file at once; embeddings of 512 numbers for a million images just fit. */
const LARGEST = 2 ** 31 - 1;

/** A whole file. @throws Error that names it */
export function readBytes(path: string): Uint8Array {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats) throw new Error(`${path}: there is no such file.`);
  if (!stats.isFile()) throw new Error(`${path} is no file.`);
  if (stats.size > LARGEST)
    throw new Error(
      `${path} has ${stats.size} bytes, more than can be read at once. Store float32 or float16, or fewer rows.`,
    );
  return readFileSync(path);
}
