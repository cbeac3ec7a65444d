import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { DataError, namingFile } from '../data-error.js';

/** A file open for reading at any offset; every length is checked against the file's size before memory is taken. */
export class RandomAccessFile {
  readonly path: string;
  readonly size: number;
  #handle: number | undefined;

  /** @throws DataError when `path` is not a readable file. */
  constructor(path: string) {
    this.path = path;
    this.#handle = namingFile(path, () => openSync(path, 'r'));
    const stats = fstatSync(this.#handle);
    this.size = stats.size;
    if (!stats.isFile()) {
      this.close();
      throw new DataError({ file: path, reason: 'is not a file', remedy: 'Name a file' });
    }
  }

  /** The `length` bytes at `offset`. @throws DataError, naming `record`, when the file does not hold them. */
  read(offset: number, length: number, record?: number | string): Uint8Array {
    if (offset + length > this.size) {
      throw new DataError({
        file: this.path,
        record,
        reason: `${length} bytes at offset ${offset} reach past the end of the file (${this.size} bytes)`,
        remedy: 'The file is truncated or damaged: copy or download it again',
      });
    }
    const bytes = new Uint8Array(length);
    this.readInto(bytes, offset, record);
    return bytes;
  }

  /** Fills `target` from `offset`. */
  readInto(target: Uint8Array, offset: number, record?: number | string): void {
    const handle = this.#handle;
    if (handle === undefined) throw new DataError({ file: this.path, reason: 'has been closed' });
    for (let filled = 0; filled < target.length; ) {
      const got = namingFile(this.path, () =>
        readSync(handle, target, filled, target.length - filled, offset + filled),
      );
      if (got === 0) {
        throw new DataError({
          file: this.path,
          record,
          reason: `ends at offset ${offset + filled}, ${target.length - filled} bytes early`,
          remedy: 'It has become shorter while it was open: do not write to it meanwhile',
        });
      }
      filled += got;
    }
  }

  close(): void {
    if (this.#handle !== undefined) closeSync(this.#handle);
    this.#handle = undefined;
  }
}

/** The largest file that is read as a whole: Node's own limit for one read. */
const LARGEST_WHOLE = 2 ** 31 - 1;

/** A whole file. @throws DataError when it cannot be read or is larger than `largest` bytes. */
export function readWhole(path: string, largest = LARGEST_WHOLE): Uint8Array {
  const file = new RandomAccessFile(path);
  try {
    if (file.size > largest) {
      throw new DataError({ file: path, reason: `has ${file.size} bytes, more than the ${largest} that can be read` });
    }
    return file.read(0, file.size);
  } finally {
    file.close();
  }
}
