export { type EncryptedStore, encryptStore, isEncrypted, openEncrypted } from './encrypted/encrypted-store.js';
export type { GalleryKey } from './encrypted/key.js';
export type { LogDevice, LogSource } from './log/device.js';
export { LogStore } from './log/log-store.js';
export { type MemoryStore, openMemoryStore } from './memory/memory-store.js';
export {
  type Change,
  type CommitOptions,
  copyOf,
  isRemoval,
  type News,
  RECORD_KINDS,
  type RecordKind,
  type Removal,
  StaleError,
  type Store,
  type StoredNeighbour,
  type StoredRecord,
  UnerasedError,
} from './store.js';
