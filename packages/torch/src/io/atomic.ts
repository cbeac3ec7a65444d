import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/**
 * Writes a file so that a reader, or a crash at any moment, sees either the old content or the whole new one:
 * written aside in the same folder, synced, renamed over the target, and the folder synced.
 *
 * @param content text, bytes, or a sequence of byte pieces (so that gigabytes need no second copy)
 */
export function writeFileAtomic(path: string, content: string | Uint8Array | Iterable<Uint8Array>): void {
  const aside = join(dirname(path), `.${basename(path)}.${process.pid}.${randomBytes(4).toString('hex')}.partial`);
  try {
    const file = openSync(aside, 'wx', 0o666);
    try {
      for (const piece of pieces(content)) writeFully(file, piece);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(aside, path);
  } catch (cause) {
    rmSync(aside, { force: true });
    throw new Error(`${path}: could not be written: ${(cause as Error).message}`, { cause });
  }
  syncFolder(dirname(path));
}

/** Writes all of `bytes` at the file's position; one `write` may take fewer, and never more than 2 GiB. */
export function writeFully(file: number, bytes: Uint8Array): void {
  const most = 1 << 30;
  for (let at = 0; at < bytes.byteLength; ) {
    at += writeSync(file, bytes, at, Math.min(bytes.byteLength - at, most));
  }
}

function pieces(content: string | Uint8Array | Iterable<Uint8Array>): Iterable<Uint8Array> {
  if (typeof content === 'string') return [new TextEncoder().encode(content)];
  return content instanceof Uint8Array ? [content] : content;
}

/** Makes a rename last through a power cut. Windows cannot open a folder; there the rename is all there is. */
function syncFolder(path: string): void {
  if (process.platform === 'win32') return;
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
