import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, renameSync, rmSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { namingFile } from './system-error.js';

/** Bytes gathered before they go to the disk: a face crop is a few kilobytes, and a system call for each is slow. */
const CHUNK = 1 << 20;
/** One `write` never takes more than 2 GiB. */
const MOST_AT_ONCE = 1 << 30;

/**
 * A file written aside (`.name.PID.RANDOM.partial`: containers on one volume may have equal PIDs), synced and renamed into place by
 * {@link commit}: whoever opens `path` sees the old file or the whole new one, also after a crash at any moment. A file that is not
 * committed is removed by {@link discard}. Its folder is made where there is none. What the disk refuses is a FileError that names `path`.
 */
export class AtomicFile {
  readonly path: string;
  /** Bytes written so far. */
  size = 0;
  readonly #aside: string;
  readonly #handle: number;
  readonly #chunk = new Uint8Array(CHUNK);
  #pending = 0;
  #open = true;

  /** @param mode who may read and write it, as in chmod */
  constructor(path: string, mode = 0o666) {
    this.path = path;
    this.#aside = join(dirname(path), `${asideStart(path)}${process.pid}.${randomBytes(4).toString('hex')}.partial`);
    this.#handle = namingFile(path, 'could not be written', () => {
      mkdirSync(dirname(path), { recursive: true });
      return openSync(this.#aside, 'wx', mode);
    });
  }

  write(bytes: Uint8Array): void {
    this.size += bytes.length;
    if (this.#pending + bytes.length > CHUNK) this.#flush();
    if (bytes.length > CHUNK) {
      this.#writeOut(bytes);
    } else {
      this.#chunk.set(bytes, this.#pending);
      this.#pending += bytes.length;
    }
  }

  /** Syncs the content to the disk and closes; {@link publish} then gives the file its name. */
  finish(): void {
    if (!this.#open) return;
    this.#flush();
    namingFile(this.path, 'could not be written', () => fsyncSync(this.#handle));
    closeSync(this.#handle);
    this.#open = false;
  }

  /** Gives the finished file its name, and syncs the folder so that the name survives a power cut. */
  publish(): void {
    namingFile(this.path, 'could not be written', () => {
      renameSync(this.#aside, this.path);
      syncFolder(dirname(this.path));
    });
  }

  commit(): void {
    this.finish();
    this.publish();
  }

  discard(): void {
    if (this.#open) closeSync(this.#handle);
    this.#open = false;
    rmSync(this.#aside, { force: true });
  }

  #flush(): void {
    this.#writeOut(this.#chunk.subarray(0, this.#pending));
    this.#pending = 0;
  }

  #writeOut(bytes: Uint8Array): void {
    namingFile(this.path, 'could not be written', () => writeFully(this.#handle, bytes));
  }
}

const asideStart = (path: string): string => `.${basename(path)}.`;

/** Files aside that a process left which was killed while it wrote `path`. Files of longer names are none of it. */
export function leftAside(path: string): string[] {
  const [folder, start] = [dirname(path), asideStart(path)];
  return readdirSync(folder)
    .filter((name) => name.startsWith(start) && /^\d+\.[0-9a-f]{8}\.partial$/.test(name.slice(start.length)))
    .map((name) => join(folder, name));
}

/** Writes several atomic files with `fill` and publishes them together, in order; on a failure none is left behind. */
export function writeAtomically(paths: readonly string[], fill: (...files: AtomicFile[]) => void): void {
  const files: AtomicFile[] = [];
  try {
    for (const path of paths) files.push(new AtomicFile(path));
    fill(...files);
    for (const file of files) file.finish();
    for (const file of files) file.publish();
  } catch (error) {
    for (const file of files) file.discard();
    throw error;
  }
}

/**
 * Writes a whole file, by {@link AtomicFile}.
 *
 * @param content text, bytes, or a sequence of byte pieces (so that gigabytes need no second copy)
 */
export function writeFileAtomic(path: string, content: string | Uint8Array | Iterable<Uint8Array>): void {
  writeAtomically([path], (file) => {
    for (const piece of piecesOf(content)) file?.write(piece);
  });
}

function piecesOf(content: string | Uint8Array | Iterable<Uint8Array>): Iterable<Uint8Array> {
  if (typeof content === 'string') return [new TextEncoder().encode(content)];
  return content instanceof Uint8Array ? [content] : content;
}

/** Writes all of `bytes` at an open file's position; one `write` may take fewer. */
export function writeFully(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at, Math.min(bytes.length - at, MOST_AT_ONCE));
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
