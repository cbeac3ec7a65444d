import { closeSync, fsyncSync, openSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { FileError } from '@pocketnet/files';
import { AtomicFile, systemFaults } from '@pocketnet/files/node';
import type { LogDevice } from '../log/device.js';

/** A log in a file. It belongs to one process: see {@link Owner}. */
export class FileDevice implements LogDevice {
  private constructor(
    readonly location: string,
    private handle: FileHandle,
  ) {}

  /** Opens the file, or makes an empty one that outlasts a power cut, readable to its owner alone. */
  static async open(path: string): Promise<FileDevice> {
    return naming(path, async () => {
      const known = await open(path, 'r+').catch((cause: NodeJS.ErrnoException) => {
        if (cause.code !== 'ENOENT') throw cause;
        return undefined;
      });
      if (known) return new FileDevice(path, known);
      const made = await open(path, 'wx+', 0o600);
      syncFolderOf(path);
      return new FileDevice(path, made);
    });
  }

  size(): Promise<number> {
    return naming(this.location, async () => (await this.handle.stat()).size);
  }

  read(at: number, into: Uint8Array): Promise<void> {
    return naming(this.location, async () => {
      for (let got = 0; got < into.length; ) {
        const { bytesRead } = await this.handle.read(into, got, into.length - got, at + got);
        if (bytesRead === 0) throw new FileError(this.location, `ended at byte ${at + got} while it was being read`);
        got += bytesRead;
      }
    });
  }

  write(at: number, bytes: Uint8Array): Promise<void> {
    return naming(this.location, async () => {
      for (let done = 0; done < bytes.length; )
        done += (await this.handle.write(bytes, done, bytes.length - done, at + done)).bytesWritten;
    });
  }

  sync(): Promise<void> {
    return naming(this.location, () => this.handle.datasync());
  }

  truncate(size: number): Promise<void> {
    return naming(this.location, () => this.handle.truncate(size));
  }

  async replace(pieces: AsyncIterable<Uint8Array>): Promise<void> {
    const aside = new AtomicFile(this.location, 0o600);
    try {
      for await (const piece of pieces) aside.write(piece);
      aside.commit();
    } catch (cause) {
      aside.discard();
      throw cause;
    }
    await naming(this.location, async () => {
      await this.handle.close(); // first: what could not be opened anew must not go on in the file that is no more
      this.handle = await open(this.location, 'r+');
    });
  }

  close(): Promise<void> {
    return naming(this.location, () => this.handle.close());
  }
}

/** Makes a new name in a folder last. Windows cannot open folders. */
function syncFolderOf(path: string): void {
  if (process.platform === 'win32') return;
  const folder = openSync(dirname(path), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

async function naming<T>(location: string, use: () => Promise<T>): Promise<T> {
  try {
    return await use();
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === undefined) throw cause;
    const fault = systemFaults[code];
    throw new FileError(location, fault ? `${fault.reason}. ${fault.remedy}.` : message, { cause });
  }
}
