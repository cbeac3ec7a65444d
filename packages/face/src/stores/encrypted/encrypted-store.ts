import { FileError } from '@pocketnet/files';
import {
  type Change,
  type CommitOptions,
  copyOf,
  isRemoval,
  type News,
  type Store,
  type StoredRecord,
} from '../store.js';
import { keyNumberOf, sealRecord, unsealRecord } from './cipher.js';
import type { GalleryKey } from './key.js';
import { ENCRYPTION, KeyRing, UNFINISHED, unfinished } from './key-ring.js';

/** Records sealed anew in one commit. */
const BATCH = 500;

/** A store whose records are sealed. */
export interface EncryptedStore extends Store {
  /** Seals every record anew with a fresh key, wrapped by `key`: from its first moment the old one opens nothing that comes. No gallery may use the store meanwhile. */
  rotate(key: GalleryKey): Promise<void>;
}

/**
 * Seals what another store keeps, with AES-256-GCM. An empty store becomes encrypted; one that holds plain records is refused, see
 * {@link encryptStore}. Kinds, ids (which tell times of enrolment), sizes, counts and times of writing are not hidden; removed records are
 * as gone as in the store beneath.
 *
 * @throws FileError where the key is wrong; the store beneath stays open then, so that another key can be tried on it
 */
export async function openEncrypted(store: Store, key: GalleryKey): Promise<EncryptedStore> {
  const { ring, others, broken } = await lookThrough(store);
  if (!ring && others > 0)
    throw new FileError(
      store.location,
      'it is not encrypted. Open it without a key, or encrypt it first (pocketnet gallery encrypt).',
    );
  if (ring) {
    const opened = await SealedStore.opened(store, await KeyRing.open(store.location, ring, key), key);
    if (broken) await finish(store);
    return opened;
  }
  const begun = await KeyRing.begin(key);
  await store.commit([begun.record]);
  return new SealedStore(store, begun);
}

/** Seals all that a plain store holds, and leaves no plain byte. Kill it at any moment, and run it again. */
export async function encryptStore(store: Store, key: GalleryKey): Promise<EncryptedStore> {
  const { ring: known } = await lookThrough(store);
  const ring = known ? await KeyRing.open(store.location, known, key) : await KeyRing.begin(key);
  // All in one commit: with some records sealed and others not, neither way of opening it would do.
  const sealed: Change[] = [ring.record];
  for (const record of await liveRecords(store))
    if (!isOurs(record)) sealed.push(known ? record : await sealRecord(record, ring.newestKey, ring.newest));
  await store.commit([...sealed, unfinished]);
  await finish(store);
  return new SealedStore(store, ring);
}

/** Whether a store is encrypted, and needs a key. */
export const isEncrypted = async (store: Store): Promise<boolean> => (await lookThrough(store)).ring !== undefined;

class SealedStore implements EncryptedStore {
  constructor(
    private readonly store: Store,
    private ring: KeyRing,
  ) {
    if (store.catchUp) {
      const catchUp = store.catchUp.bind(store);
      this.catchUp = async (since) => {
        const { changes, version } = await catchUp(since);
        return { changes: await this.#unsealed(changes), version };
      };
    }
  }

  catchUp?: (since?: bigint) => Promise<News>;

  /** Finishes a change of keys that was broken off. */
  static async opened(store: Store, ring: KeyRing, key: GalleryKey): Promise<SealedStore> {
    const sealed = new SealedStore(store, ring);
    if (ring.keys.size > 1) await sealed.#sealAnew(key);
    return sealed;
  }

  get location(): string {
    return this.store.location;
  }

  get notes(): readonly string[] {
    return this.store.notes;
  }

  async *read(): AsyncGenerator<readonly Change[]> {
    for await (const changes of this.store.read()) yield await this.#unsealed(changes);
  }

  async commit(changes: readonly Change[], options?: CommitOptions): Promise<void> {
    const { newestKey, newest } = this.ring;
    const sealed = await Promise.all(
      changes.map((change) => (isRemoval(change) ? change : sealRecord(change, newestKey, newest))),
    );
    await this.store.commit(sealed, options);
  }

  async rotate(key: GalleryKey): Promise<void> {
    const both = await this.ring.withNewKey(key);
    await this.store.commit([both.record]);
    this.ring = both;
    await this.#sealAnew(key);
  }

  compact(): Promise<void> {
    return this.store.compact();
  }

  close(): Promise<void> {
    return this.store.close();
  }

  /** Seals what older keys sealed with the newest, and then drops them. */
  async #sealAnew(key: GalleryKey): Promise<void> {
    const { newestKey, newest } = this.ring;
    const old = (await liveRecords(this.store)).filter((record) => !isOurs(record) && keyNumberOf(record) !== newest);
    for (let at = 0; at < old.length; at += BATCH) {
      const plain = await this.#unsealed(old.slice(at, at + BATCH));
      await this.store.commit(
        await Promise.all(plain.map((record) => sealRecord(record as StoredRecord, newestKey, newest))),
      );
    }
    const alone = await this.ring.newestAlone(key);
    await this.store.commit([alone.record, unfinished]);
    this.ring = alone;
    await finish(this.store);
  }

  async #unsealed(changes: readonly Change[]): Promise<Change[]> {
    const sealed = changes.filter((change) => !isOurs(change));
    return Promise.all(sealed.map((change) => (isRemoval(change) ? change : this.#unseal(change))));
  }

  async #unseal(record: StoredRecord): Promise<StoredRecord> {
    const key = this.ring.keys.get(keyNumberOf(record));
    const what = `the ${record.kind} ${record.id}`;
    if (!key) throw new FileError(this.location, `${what} is sealed with a key that is not there.`);
    return unsealRecord(record, key).catch((cause) => {
      throw new FileError(this.location, `${what} was changed since it was sealed.`, { cause });
    });
  }
}

interface Look {
  readonly ring: StoredRecord | undefined;
  readonly others: number;
  /** Whether sealing it was broken off. */
  readonly broken: boolean;
}

async function lookThrough(store: Store): Promise<Look> {
  let ring: StoredRecord | undefined;
  let others = 0;
  let broken = false;
  for await (const changes of store.read())
    for (const change of changes) {
      if (!isOurs(change)) others += isRemoval(change) ? 0 : 1;
      else if (change.id === UNFINISHED) broken = !isRemoval(change);
      else if (!isRemoval(change)) ring = copyOf(change);
    }
  return { ring, others, broken };
}

const isOurs = ({ kind, id }: Change): boolean => kind === 'setting' && (id === ENCRYPTION || id === UNFINISHED);

/** Leaves nothing of what was there before it was sealed. */
async function finish(store: Store): Promise<void> {
  await store.compact();
  await store.commit([{ kind: 'setting', id: UNFINISHED }]);
}

/** The last word on each record. */
async function liveRecords(store: Store): Promise<StoredRecord[]> {
  const records = new Map<string, StoredRecord>();
  for await (const changes of store.read())
    for (const change of changes) {
      const key = `${change.kind}/${change.id}`;
      if (isRemoval(change)) records.delete(key);
      else records.set(key, copyOf(change));
    }
  return [...records.values()];
}
