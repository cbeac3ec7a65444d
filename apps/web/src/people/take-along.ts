import { type Change, copyOf, openEncrypted, openMemoryStore, type Store } from 'pocketnet/stores';

/** All that a store holds of people, as one file that only the passphrase opens. */
export async function sealedFileOf(store: Store, passphrase: string): Promise<Uint8Array> {
  const memory = await openMemoryStore();
  const sealed = await openEncrypted(memory, { passphrase });
  await sealed.commit(await recordsOf(store));
  return memory.snapshot();
}

/** The records of such a file. @throws an Error that says why it cannot be opened */
export const recordsIn = async (file: Uint8Array, passphrase: string): Promise<Change[]> =>
  recordsOf(await openEncrypted(await openMemoryStore(file), { passphrase }));

/** What a store holds of people, each record as it is now: no steps to undo, no settings. */
async function recordsOf(store: Store): Promise<Change[]> {
  const records = new Map<string, Change>();
  for await (const changes of store.read())
    for (const change of changes) {
      const key = `${change.kind}/${change.id}`;
      if (change.about === undefined || change.kind === 'undo' || change.kind === 'setting') records.delete(key);
      else records.set(key, copyOf(change));
    }
  return [...records.values()];
}
