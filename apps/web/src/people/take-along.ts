import { type Change, copyOf, openEncrypted, openMemoryStore, type Store } from 'pocketnet/stores';

/** What begins the ids of records of what was said of sorted photos, beside those of people. */
const STATEMENTS = 'statements/';

export interface TakenAlong {
  readonly people: readonly Change[];
  /** What was said of sorted photos. */
  readonly statements: readonly Change[];
}

/** All that is known of people and was said of photos, as one file that only the passphrase opens. */
export async function sealedFileOf(people: Store, statements: Store, passphrase: string): Promise<Uint8Array> {
  const memory = await openMemoryStore();
  const sealed = await openEncrypted(memory, { passphrase });
  const said = (await recordsOf(statements)).map((each): Change => ({ ...each, id: STATEMENTS + each.id }));
  await sealed.commit([...(await recordsOf(people)), ...said]);
  return memory.snapshot();
}

/** The records of such a file. @throws an Error that says why it cannot be opened */
export async function takenAlong(file: Uint8Array, passphrase: string): Promise<TakenAlong> {
  const records = await recordsOf(await openEncrypted(await openMemoryStore(file), { passphrase }));
  return {
    people: records.filter(({ id }) => !id.startsWith(STATEMENTS)),
    statements: records.flatMap((each) =>
      each.id.startsWith(STATEMENTS) ? [{ ...each, id: each.id.slice(STATEMENTS.length) }] : [],
    ),
  };
}

/** What a store holds, each record as it is now: no steps to undo, no settings. */
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
