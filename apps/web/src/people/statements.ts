import { type Change, openMemoryStore, type Store } from 'pocketnet/stores';
import { openOpfsStore } from 'pocketnet/stores/opfs';
import { keepsFiles } from './browser-files.js';
import type { KeptStatement, Statement } from './statement.js';

const FILE = 'sorted.statements';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** What users said of faces of sorted photos, in a log like the gallery's: in the worker. */
export class Statements {
  readonly #known = new Map<string, KeptStatement>();
  #store: Promise<Store> | undefined;

  /** All of them, in the order in which they were said. */
  async list(): Promise<KeptStatement[]> {
    await this.opened();
    return [...this.#known.values()].sort((a, b) => a.added - b.added || (a.id < b.id ? -1 : 1));
  }

  async add(statement: Statement, picture: Blob | undefined): Promise<KeptStatement> {
    const store = await this.opened();
    const kept = { ...statement, id: crypto.randomUUID(), added: this.#next(), picture };
    const changes = [recordOf(kept)];
    if (picture) changes.push({ kind: 'crop', id: kept.id, about: new Uint8Array(await picture.arrayBuffer()) });
    await store.commit(changes);
    this.#known.set(kept.id, kept);
    return kept;
  }

  /** Erases statements for good. */
  async remove(ids: readonly string[]): Promise<void> {
    const store = await this.opened();
    const known = ids.filter((id) => this.#known.has(id));
    if (known.length === 0) return;
    await store.commit(
      known.flatMap((id): Change[] => [
        { kind: 'correction', id },
        { kind: 'crop', id },
      ]),
    );
    await store.compact();
    for (const id of known) this.#known.delete(id);
  }

  /** Nobody is called this person any more. */
  async forget(person: string): Promise<void> {
    await this.remove(
      (await this.list()).filter((each) => 'person' in each && each.person === person).map(({ id }) => id),
    );
  }

  /** What was said of one person holds for another. */
  async move(from: string, into: string): Promise<void> {
    const store = await this.opened();
    for (const each of await this.list()) {
      if (!('person' in each) || each.person !== from) continue;
      const moved = { ...each, person: into };
      await store.commit([recordOf(moved)]);
      this.#known.set(each.id, moved);
    }
  }

  /** Takes in what was said elsewhere. */
  async takeIn(records: readonly Change[]): Promise<void> {
    if (records.length === 0) return;
    await (await this.opened()).commit(records);
    await this.close(); // the next one who asks reads all of it
  }

  async close(): Promise<void> {
    const store = await this.#store;
    this.#store = undefined;
    this.#known.clear();
    await store?.close();
  }

  /** Opens the log and reads it, once. */
  opened(): Promise<Store> {
    this.#store ??= this.#open();
    this.#store.catch(() => {
      this.#store = undefined; // tried again with the next call
    });
    return this.#store;
  }

  async #open(): Promise<Store> {
    const store = keepsFiles() ? await openOpfsStore(FILE) : await openMemoryStore();
    const pictures = new Map<string, Blob>();
    let isUnfinished = false;
    for await (const changes of store.read())
      for (const { kind, id, about } of changes) {
        isUnfinished ||= about === undefined;
        if (kind === 'crop' && about) pictures.set(id, new Blob([Uint8Array.from(about)], { type: 'image/webp' }));
        if (kind !== 'correction') continue;
        if (about) this.#known.set(id, { ...JSON.parse(decoder.decode(about)), id });
        else this.#known.delete(id);
      }
    for (const [id, statement] of this.#known) this.#known.set(id, { ...statement, picture: pictures.get(id) });
    if (isUnfinished) await store.compact(); // removing was broken off
    return store;
  }

  /** Later than all others, also where the clock was set back. */
  #next(): number {
    const last = Math.max(0, ...Array.from(this.#known.values(), ({ added }) => added));
    return Math.max(Date.now(), last + 1);
  }
}

function recordOf({ id, picture: _, ...said }: KeptStatement): Change {
  return { kind: 'correction', id, about: encoder.encode(JSON.stringify(said)) };
}
