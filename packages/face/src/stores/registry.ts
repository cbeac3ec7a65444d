import { FileError } from '@pocketnet/files';
import type { Store } from './store.js';

/** A way to keep galleries: a sibling in this folder. What it needs is loaded when a gallery is opened. */
export interface StoreKind {
  readonly name: string;
  /** The shape of its locations, for messages. */
  readonly locations: string;
  readonly matches: (location: string) => boolean;
  readonly open: (location: string) => Promise<Store>;
  /** Of those that begin a gallery where none is: whether one is there. */
  readonly isThere?: (location: string) => Promise<boolean>;
}

export interface OpenStoreOptions {
  /** Begins a gallery where none is; true unless said. */
  readonly begin?: boolean;
}

/** Those of Node, in the order in which they are asked. In browsers there is one place to keep galleries: `pocketnet/stores/opfs`. */
export const storeKinds: readonly StoreKind[] = [
  {
    name: 'memory',
    locations: 'memory: (gone when the program ends)',
    matches: (location) => location === 'memory:',
    open: async () => (await import('./memory/memory-store.js')).openMemoryStore(),
  },
  {
    name: 'postgres',
    locations: 'postgres://user@host/database, and ?gallery=NAME, &search=exact or hnsw, &erase=vacuum',
    matches: (location) => /^postgres(ql)?:\/\//.test(location),
    open: async (location) => {
      try {
        return await (await import('./postgres/location.js')).openPostgresLocation(location);
      } catch (cause) {
        if ((cause as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw cause;
        throw new Error('A gallery in PostgreSQL needs two more packages: npm install pg pgvector', { cause });
      }
    },
  },
  {
    name: 'file',
    locations: 'a file, which is made where there is none',
    matches: (location) => !/^[a-z]{2,}:/i.test(location),
    open: async (location) => (await import('./file/file-store.js')).openFileStore(location),
    isThere: async (location) => (await import('node:fs')).existsSync(location),
  },
];

/** Whether a gallery is there already; also where only opening it would tell. */
export async function storeIsThere(location: string): Promise<boolean> {
  const kind = storeKinds.find(({ matches }) => matches(location));
  return (await kind?.isThere?.(location)) ?? true;
}

/** Opens the store that a location names. @throws RangeError where none is meant; FileError where there is none and none is to begin */
export async function openStore(location: string, { begin = true }: OpenStoreOptions = {}): Promise<Store> {
  const kind = storeKinds.find(({ matches }) => matches(location));
  if (!kind) {
    const known = storeKinds.map(({ locations }) => locations).join('; ');
    const shown = location.replace(/\/\/[^/@]*@/, '//…@'); // what stands there may be a password
    throw new RangeError(`"${shown}" is no place for a gallery. Known are: ${known}.`);
  }
  if (!begin && kind.isThere && !(await kind.isThere(location)))
    throw new FileError(location, 'there is no gallery. Check the name; enrolling somebody begins one.');
  return kind.open(location);
}
