import { FileError, joinBytes } from '@pocketnet/files';
import { ChangeDecoder, encodeChanges } from '../log/changes.js';
import { bytesSource } from '../log/device.js';
import { logHead } from '../log/frame.js';
import { type ScanReport, scanLog } from '../log/scan.js';
import { type Change, copyOf, isRemoval, keyOf, type Store, type StoredRecord } from '../store.js';

/** A store that lasts as long as its process, or as its snapshot. */
export interface MemoryStore extends Store {
  /** All of it, in the format of a gallery's file. */
  snapshot(): Uint8Array;
}

/** A gallery in memory. @param snapshot of another one, or a gallery's file. @throws FileError where it is neither */
export async function openMemoryStore(snapshot?: Uint8Array): Promise<MemoryStore> {
  const store = new MapStore();
  if (snapshot) await store.restore(snapshot);
  return store;
}

class MapStore implements MemoryStore {
  readonly location = 'memory';
  readonly notes: string[] = [];
  readonly #records = new Map<string, StoredRecord>();
  #closed = false;

  async restore(snapshot: Uint8Array): Promise<void> {
    const report: ScanReport = { damage: [], end: 0 };
    const decoder = new ChangeDecoder();
    try {
      for await (const payloads of scanLog(bytesSource('the snapshot', snapshot), report))
        for (const payload of payloads) for (const change of decoder.decode(payload)) this.#apply(change);
    } catch (cause) {
      throw new FileError('the snapshot', (cause as Error).message, { cause });
    }
    for (const { from, to } of report.damage)
      this.notes.push(`the snapshot: bytes ${from} to ${to} are damaged. Everything else was read.`);
    if (report.end < snapshot.length)
      this.notes.push(`the snapshot: its last ${snapshot.length - report.end} bytes are an unfinished change.`);
  }

  snapshot(): Uint8Array {
    const frames = Array.from(this.#records.values(), (record) => encodeChanges([record]));
    return joinBytes([logHead(), ...frames]);
  }

  async *read(): AsyncGenerator<readonly Change[]> {
    this.#refuseIfClosed();
    yield Array.from(this.#records.values(), copyOf);
  }

  async commit(changes: readonly Change[]): Promise<void> {
    this.#refuseIfClosed();
    encodeChanges(changes); // refuses what no store could keep
    for (const change of changes) this.#apply(change);
  }

  async compact(): Promise<void> {
    this.#refuseIfClosed(); // nothing is left of what was removed: see #apply
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  #apply(change: Change): void {
    const key = keyOf(change);
    const old = this.#records.get(key);
    old?.about.fill(0);
    old?.template?.vector.fill(0);
    this.#records.delete(key);
    if (!isRemoval(change)) this.#records.set(key, copyOf(change));
  }

  #refuseIfClosed(): void {
    if (this.#closed) throw new FileError(this.location, 'the gallery is closed. Open it again.');
  }
}
