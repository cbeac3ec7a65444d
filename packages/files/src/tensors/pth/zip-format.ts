import { FileError } from '../../file-error.js';
import { readPickle } from '../../pickle/index.js';
import { ZipArchive } from '../../zip/reader.js';
import { aligned, dtypeBytes } from '../stored.js';
import { torchClasses } from './classes.js';
import type { StorageRef } from './pickled-tensor.js';

/** What both layouts of a `.pth` file come down to. */
export interface PthContent {
  root: unknown;
  bytesOf: (storage: StorageRef) => Uint8Array;
}

/** The layout since PyTorch 1.6: a zip with `NAME/data.pkl`, `NAME/data/KEY` for each storage, and `NAME/byteorder`. */
export function openZipFormat(bytes: Uint8Array, file: string): PthContent {
  const zip = new ZipArchive(bytes, file);
  const pickleName = zip.names.find((name) => name.split('/').slice(1).join('/') === 'data.pkl');
  if (pickleName === undefined) {
    throw new FileError(file, 'is a zip file but not one of torch.save: it has no entry NAME/data.pkl');
  }
  const prefix = pickleName.slice(0, -'data.pkl'.length);
  if (zip.has(`${prefix}constants.pkl`)) {
    throw new FileError(file, 'is a TorchScript archive (torch.jit.save); save its state_dict() with torch.save');
  }
  const order = zip.has(`${prefix}byteorder`) ? new TextDecoder().decode(zip.read(`${prefix}byteorder`)) : 'little';
  if (order.trim() !== 'little') throw new FileError(file, `was written on a ${order}-endian machine`);

  const { value } = readPickle(zip.read(pickleName), file, torchClasses());
  const storages = new Map<string, Uint8Array>();
  const bytesOf = ({ key, dtype, length }: StorageRef): Uint8Array => {
    const storage = storages.get(key) ?? aligned(zip.read(`${prefix}data/${key}`));
    storages.set(key, storage);
    const expected = length * dtypeBytes[dtype];
    if (storage.length !== expected) {
      throw new FileError(file, `storage "${key}" has ${storage.length} bytes instead of ${expected}`);
    }
    return storage;
  };
  return { root: value, bytesOf };
}
