import { beginIfUnwritten, LogStore } from '../log/log-store.js';
import type { Store } from '../store.js';
import { OpfsDevice } from './opfs-device.js';

/**
 * A gallery in the browser's private file system, in the same format as a file of Node's. To be called in a worker. IndexedDB would keep what
 * was deleted in its logs; here nothing is left, as far as the browser's own files go.
 *
 * @param name of the gallery, within the page's origin
 * @throws FileError where another tab or worker has it open
 */
export async function openOpfsStore(name = 'gallery.log'): Promise<Store> {
  const folder = await navigator.storage.getDirectory();
  const store = new LogStore(await OpfsDevice.open(folder, name));
  try {
    await beginIfUnwritten(store);
    return store;
  } catch (cause) {
    await store.device.close();
    throw cause;
  }
}
