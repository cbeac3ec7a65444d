import { FileError } from '../../file-error.js';
import { ForeignValue, readPickle } from '../../pickle/index.js';
import { aligned, dtypeBytes } from '../stored.js';
import { isKey, torchClasses } from './classes.js';
import { foreignError } from './flatten.js';
import type { StorageRef } from './pickled-tensor.js';
import type { PthContent } from './zip-format.js';

/** The first pickle of every legacy file. */
const magic = 0x1950a86a20f9469cfc6cn;

/** The bytes that a legacy file begins with: protocol 2, then `magic` as a ten-byte integer. */
export function isLegacyFormat(bytes: Uint8Array): boolean {
  return bytes[0] === 0x80 && bytes[2] === 0x8a && bytes[3] === 10;
}

/**
 * The layout before PyTorch 1.6: the pickles of a magic number, a version, the machine, the object and the list of
 * storage keys, then per key its length as an int64 and its raw bytes.
 */
export function openLegacyFormat(bytes: Uint8Array, file: string): PthContent {
  const declared = new Map<string, StorageRef>();
  const classes = torchClasses((storage) => declared.set(storage.key, storage));
  let at = 0;
  const next = (): unknown => {
    const { value, end } = readPickle(bytes, file, classes, at);
    at = end;
    return value;
  };

  if (next() !== magic) throw new FileError(file, 'is no torch.save file: its magic number is wrong');
  const version = next();
  if (version !== 1001) throw new FileError(file, 'is of another legacy version than 1001');
  const machine = next();
  if (!(machine instanceof Map) || machine.get('little_endian') !== true) {
    throw new FileError(file, 'was not written on a little-endian machine');
  }
  const root = next();
  if (root instanceof ForeignValue && root.entries.size === 0) throw foreignError(file, [root.name]);
  const keys = next();
  if (!Array.isArray(keys) || !keys.every(isKey)) throw new FileError(file, 'has no list of storages');

  const storages = new Map<string, Uint8Array>();
  for (const key of keys.map(String)) {
    const storage = declared.get(key);
    if (!storage || storages.has(key)) throw new FileError(file, `lists storage "${key}", which nothing refers to`);
    const data = readStorage(bytes, at, file, storage);
    storages.set(key, aligned(data));
    at += 8 + data.length;
  }
  const bytesOf = ({ key }: StorageRef): Uint8Array => {
    const storage = storages.get(key);
    if (!storage) throw new FileError(file, `lacks the data of storage "${key}"`);
    return storage;
  };
  return { root, bytesOf };
}

function readStorage(bytes: Uint8Array, at: number, file: string, { key, dtype }: StorageRef): Uint8Array {
  const left = bytes.length - at - 8;
  const length = left < 0 ? -1n : new DataView(bytes.buffer, bytes.byteOffset + at).getBigInt64(0, true);
  const size = Number(length) * dtypeBytes[dtype];
  if (length < 0n || size > left) throw new FileError(file, `is truncated in storage "${key}"`);
  return bytes.subarray(at + 8, at + 8 + size);
}
