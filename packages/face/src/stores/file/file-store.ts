import { rmSync } from 'node:fs';
import { leftAside, Owner } from '@pocketnet/files/node';
import { beginIfUnwritten, LogStore } from '../log/log-store.js';
import type { Store } from '../store.js';
import { FileDevice } from './file-device.js';

/**
 * A gallery in one file, which is made where there is none. A commit that was acknowledged outlasts a power cut.
 *
 * @throws FileError where another process has it open, or where it is no gallery
 */
export async function openFileStore(path: string): Promise<Store> {
  const owner = await Owner.claim(path, 'gallery');
  try {
    // A compaction that was killed leaves its file aside, with templates in it. Only the owner may come here.
    for (const left of leftAside(path)) rmSync(left, { force: true });
    const store = new OwnedLog(await FileDevice.open(path), owner);
    await beginIfUnwritten(store);
    return store;
  } catch (cause) {
    await owner.release();
    throw cause;
  }
}

class OwnedLog extends LogStore {
  constructor(
    device: FileDevice,
    private readonly owner: Owner,
  ) {
    super(device);
  }

  override async close(): Promise<void> {
    try {
      await super.close();
    } finally {
      await this.owner.release();
    }
  }
}
