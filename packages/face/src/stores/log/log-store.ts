import { FileError, joinBytes } from '@pocketnet/files';
import { type Change, isRemoval, keyOf, type Store } from '../store.js';
import { ChangeDecoder, encodeChanges } from './changes.js';
import type { LogDevice } from './device.js';
import { logHead } from './frame.js';
import { type ScanReport, scanLog } from './scan.js';

/** A compacted log has frames of about so many bytes. */
const FRAME_BYTES = 256 << 10;

/** Changes that are given at a time: few live at once, so that the collector finds them dead. */
const SOME = 500;

interface Waiting {
  readonly frame: Uint8Array;
  readonly resolve: () => void;
  readonly reject: (cause: unknown) => void;
}

/**
 * A store that only ever appends to a log, until it is compacted. Commits that come while the device is busy go to it together,
 * and are synced once ("group commit", Gray and Reuter 1992, 10.4).
 */
export class LogStore implements Store {
  readonly notes: string[] = [];
  /** Where the next frame goes; not known before the log was read. */
  #end: number | undefined;
  #waiting: Waiting[] = [];
  /** Work on the device, one after the other. */
  #last: Promise<unknown> = Promise.resolve();
  /** Why nothing more can be written. */
  #broken: string | undefined;

  constructor(readonly device: LogDevice) {}

  get location(): string {
    return this.device.location;
  }

  /** Writes the head of a log that is to begin. */
  async begin(): Promise<void> {
    await this.device.truncate(0);
    await this.device.write(0, logHead());
    await this.device.sync();
  }

  async *read(): AsyncGenerator<readonly Change[]> {
    const report: ScanReport = { damage: [], end: 0 };
    yield* this.#changes(report);
    if (this.#end === undefined) {
      this.#tellDamage(report);
      await this.#repairTail(report.end);
      this.#end = report.end;
    }
  }

  commit(changes: readonly Change[]): Promise<void> {
    return new Promise((resolve, reject) => {
      const frame = encodeChanges(changes);
      this.#waiting.push({ frame, resolve, reject });
      if (this.#waiting.length === 1) this.#inTurn(() => this.#writeGroup()).catch(() => undefined); // each waiting one is told
    });
  }

  compact(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#knownEnd();
      const kept = new Map<string, number>();
      let place = 0;
      for await (const changes of this.#changes({ damage: [], end: 0 }))
        for (const change of changes) {
          if (isRemoval(change)) kept.delete(keyOf(change));
          else kept.set(keyOf(change), place);
          place++;
        }
      await this.device.replace(this.#only(kept));
      this.#end = await this.device.size();
    });
  }

  close(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#broken === CLOSED) return;
      this.#broken = CLOSED;
      await this.device.close();
    }, true);
  }

  async *#changes(report: ScanReport): AsyncGenerator<readonly Change[]> {
    const decoder = new ChangeDecoder();
    try {
      for await (const payloads of scanLog(this.device, report)) {
        let some: Change[] = [];
        for (const payload of payloads)
          for (const change of decoder.decode(payload)) {
            if (some.push(change) < SOME) continue;
            yield some;
            some = [];
          }
        if (some.length > 0) yield some;
      }
    } catch (cause) {
      if (cause instanceof RangeError) throw new FileError(this.location, cause.message, { cause });
      throw cause;
    }
  }

  /** A log of the last word on each record: `kept` says which change that is. */
  async *#only(kept: ReadonlyMap<string, number>): AsyncGenerator<Uint8Array> {
    yield logHead();
    let place = 0;
    for await (const changes of this.#changes({ damage: [], end: 0 })) {
      let some: Change[] = [];
      let bytes = 0;
      for (const change of changes) {
        if (!isRemoval(change) && kept.get(keyOf(change)) === place) {
          some.push(change);
          bytes += change.about.length + (change.template?.vector.byteLength ?? 0);
        }
        place++;
        if (bytes < FRAME_BYTES) continue;
        yield encodeChanges(some);
        some = [];
        bytes = 0;
      }
      if (some.length > 0) yield encodeChanges(some); // their bytes are the log's, and last until the next are read
    }
  }

  async #writeGroup(): Promise<void> {
    const group = this.#waiting.splice(0);
    try {
      const end = await this.#knownEnd();
      const bytes = joinBytes(group.map(({ frame }) => frame));
      await this.#append(end, bytes);
      this.#end = end + bytes.length;
    } catch (cause) {
      for (const { reject } of group) reject(cause);
      return;
    }
    for (const { resolve } of group) resolve();
  }

  /** Writes and syncs, or leaves the log as it was. */
  async #append(end: number, bytes: Uint8Array): Promise<void> {
    try {
      await this.device.write(end, bytes);
    } catch (cause) {
      await this.device.truncate(end).catch(() => {
        this.#broken = 'a write failed and could not be taken back. Close the gallery and open it again.';
      });
      throw cause;
    }
    try {
      await this.device.sync();
    } catch (cause) {
      // After a failed sync nobody knows what the disk holds (Rebello et al. 2020, "Can applications recover from fsync failures?").
      this.#broken = 'the disk failed to keep what was written. Check it, then close the gallery and open it again.';
      throw cause;
    }
  }

  async #knownEnd(): Promise<number> {
    if (this.#end === undefined) for await (const _ of this.read());
    return this.#end as number; // read() has set it
  }

  #tellDamage({ damage }: ScanReport): void {
    for (const { from, to } of damage)
      this.notes.push(
        `${this.location}: bytes ${from} to ${to} are damaged; what was written there cannot be read any more. Everything else was read.`,
      );
  }

  async #repairTail(end: number): Promise<void> {
    const size = await this.device.size();
    if (size === end) return;
    await this.device.truncate(end);
    await this.device.sync();
    this.notes.push(
      `${this.location}: the last ${size - end} bytes were a change that was never finished, nor acknowledged; they were removed.`,
    );
  }

  #inTurn<T>(work: () => Promise<T>, evenBroken = false): Promise<T> {
    const mine = this.#last.then(() => {
      if (this.#broken !== undefined && !evenBroken) {
        const cause = new FileError(this.location, this.#broken);
        for (const { reject } of this.#waiting.splice(0)) reject(cause);
        throw cause;
      }
      return work();
    });
    this.#last = mine.catch(() => undefined);
    return mine;
  }
}

/** Writes the head of a log whose head is not whole yet: nothing in it was ever acknowledged. */
export async function beginIfUnwritten(store: LogStore): Promise<void> {
  const whole = logHead();
  const head = new Uint8Array(Math.min(await store.device.size(), whole.length));
  await store.device.read(0, head);
  if (head.length < whole.length && head.every((byte, i) => byte === whole[i])) await store.begin();
}

const CLOSED = 'the gallery is closed. Open it again.';
