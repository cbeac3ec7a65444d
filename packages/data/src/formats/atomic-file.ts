import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { namingFile } from '../data-error.js';

/** Bytes gathered before they go to the disk: a face crop is a few kilobytes, and a system call for each is slow. */
const CHUNK = 1 << 20;

/**
 * A file written aside (`.name.PID.RANDOM.part`: containers on one volume may have equal PIDs), synced and renamed into place by
 * {@link commit}: whoever opens `path` sees the old file or the whole new one. A file that is not committed is removed by {@link discard}.
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

  constructor(path: string) {
    this.path = path;
    this.#aside = join(dirname(path), `.${basename(path)}.${process.pid}.${randomBytes(4).toString('hex')}.part`);
    this.#handle = namingFile(path, () => {
      mkdirSync(dirname(path), { recursive: true });
      return openSync(this.#aside, 'wx');
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
    namingFile(this.path, () => fsyncSync(this.#handle));
    closeSync(this.#handle);
    this.#open = false;
  }

  /** Gives the finished file its name, and syncs the folder so that the name survives a power cut. */
  publish(): void {
    namingFile(this.path, () => {
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
    namingFile(this.path, () => {
      for (let done = 0; done < bytes.length; ) done += writeSync(this.#handle, bytes, done, bytes.length - done);
    });
  }
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

function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
