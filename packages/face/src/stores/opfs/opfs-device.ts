import { FileError } from '@pocketnet/files';
import type { LogDevice } from '../log/device.js';

/** What workers open for writing in place: `FileSystemSyncAccessHandle`, which the DOM's types have for workers alone. */
interface SyncFile {
  getSize(): number;
  read(into: Uint8Array, options: { at: number }): number;
  write(bytes: Uint8Array, options: { at: number }): number;
  truncate(size: number): void;
  flush(): void;
  close(): void;
}

const hasSyncFiles = (file: object): file is { createSyncAccessHandle(): Promise<SyncFile> } =>
  'createSyncAccessHandle' in file;

/** A log in the browser's private file system (OPFS), in a worker: only there are files open for writing in place. */
export class OpfsDevice implements LogDevice {
  private constructor(
    readonly location: string,
    private readonly folder: FileSystemDirectoryHandle,
    private readonly name: string,
    private generation: number,
    private handle: SyncFile,
  ) {}

  /**
   * Opens the newest whole generation of a log. A compaction writes the next generation into a file of its own, whose first byte it
   * sets last: renaming over a file is not everywhere, nor all at once.
   */
  static async open(folder: FileSystemDirectoryHandle, name: string): Promise<OpfsDevice> {
    const location = `${name} in the browser's files`;
    const generations: number[] = [];
    for await (const entry of folder.keys()) {
      const [, digits] = new RegExp(`^(\\d+)\\.${escaped(name)}$`).exec(entry) ?? [];
      if (digits !== undefined) generations.push(Number(digits));
    }
    generations.sort((a, b) => b - a);
    let opened: OpfsDevice | undefined;
    try {
      for (const generation of generations) {
        const handle = await open(folder, fileOf(name, generation), location);
        if (!opened && isWhole(handle, generation)) opened = new OpfsDevice(location, folder, name, generation, handle);
        else {
          erase(handle);
          await folder.removeEntry(fileOf(name, generation));
        }
      }
    } catch (cause) {
      await opened?.close();
      throw cause;
    }
    return opened ?? new OpfsDevice(location, folder, name, 0, await open(folder, fileOf(name, 0), location));
  }

  async size(): Promise<number> {
    return this.#naming(() => this.handle.getSize());
  }

  async read(at: number, into: Uint8Array): Promise<void> {
    const got = this.#naming(() => this.handle.read(into, { at }));
    if (got < into.length) throw new FileError(this.location, `ended at byte ${at + got} while it was being read`);
  }

  async write(at: number, bytes: Uint8Array): Promise<void> {
    const wrote = this.#naming(() => this.handle.write(bytes, { at }));
    if (wrote < bytes.length)
      throw new FileError(this.location, 'the browser gives it no more room. Free some and try again.');
  }

  async sync(): Promise<void> {
    this.#naming(() => this.handle.flush());
  }

  async truncate(size: number): Promise<void> {
    this.#naming(() => this.handle.truncate(size));
  }

  async replace(pieces: AsyncIterable<Uint8Array>): Promise<void> {
    const next = this.generation + 1;
    const handle = await open(this.folder, fileOf(this.name, next), this.location);
    try {
      handle.truncate(0);
      let at = 0;
      let first = 0;
      for await (const piece of pieces) {
        const bytes = Uint8Array.from(piece);
        if (at === 0) {
          first = bytes[0] ?? 0;
          bytes[0] = 0;
        }
        if (handle.write(bytes, { at }) < bytes.length)
          throw new FileError(this.location, 'the browser gives it no more room. Free some and try again.');
        at += bytes.length;
      }
      handle.flush();
      handle.write(Uint8Array.of(first), { at: 0 });
      handle.flush();
    } catch (cause) {
      erase(handle);
      await this.folder.removeEntry(fileOf(this.name, next));
      throw cause;
    }
    const [old, oldName] = [this.handle, fileOf(this.name, this.generation)];
    [this.handle, this.generation] = [handle, next];
    erase(old);
    await this.folder.removeEntry(oldName);
  }

  async close(): Promise<void> {
    this.handle.close();
  }

  #naming<T>(use: () => T): T {
    try {
      return use();
    } catch (cause) {
      throw new FileError(this.location, (cause as Error).message, { cause });
    }
  }
}

/** An empty file of the first generation is a log that is to begin. */
function isWhole(handle: SyncFile, generation: number): boolean {
  if (handle.getSize() === 0) return generation === 0;
  const first = new Uint8Array(1);
  handle.read(first, { at: 0 });
  return first[0] !== 0;
}

const fileOf = (name: string, generation: number): string => `${generation}.${name}`;

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

async function open(folder: FileSystemDirectoryHandle, name: string, location: string): Promise<SyncFile> {
  const file = await folder.getFileHandle(name, { create: true });
  if (!hasSyncFiles(file))
    throw new FileError(location, 'galleries in the browser’s files are opened in a worker, not on the page itself.');
  return file.createSyncAccessHandle().catch((cause: Error) => {
    const taken = cause.name === 'NoModificationAllowedError';
    throw new FileError(
      location,
      taken ? 'another tab or worker has this gallery open. Close it there, or use that one.' : cause.message,
      { cause },
    );
  });
}

/** Closes a file that is to be removed, and leaves nothing in it. */
function erase(handle: SyncFile): void {
  handle.truncate(0);
  handle.flush();
  handle.close();
}
