export { type MemoryStore, openMemoryStore } from './memory/memory-store.js';
export {
  type Change,
  type CommitOptions,
  isRemoval,
  RECORD_KINDS,
  type RecordKind,
  type Removal,
  StaleError,
  type Store,
  type StoredNeighbour,
  type StoredRecord,
} from './store.js';
