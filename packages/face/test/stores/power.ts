import { Random } from '@pocketnet/files';
import type { LogDevice } from 'pocketnet/stores';

/** A disk that can lose its power: what was not synced by then may be there, in part, or not. */
export class Disk {
  bytes: Uint8Array = new Uint8Array(0);
  #unsynced: ((bytes: Uint8Array) => Uint8Array)[] = [];
  /** Calls of a device until the power goes. */
  callsLeft = Infinity;
  readonly #random: Random;

  constructor(seed: number) {
    this.#random = new Random(seed);
  }

  /** The power comes back: some of what was not synced is there, the last piece of it perhaps in part. */
  restart(): void {
    const kept = this.#random.int(this.#unsynced.length + 1);
    for (const change of this.#unsynced.slice(0, kept)) this.bytes = change(this.bytes);
    this.#unsynced = [];
    this.callsLeft = Infinity;
  }

  device(): LogDevice {
    const call = (): void => {
      if (this.callsLeft-- <= 0) throw new Error('the power is gone');
    };
    const seen = (): Uint8Array => this.#unsynced.reduce((bytes, change) => change(bytes), this.bytes);
    const later = (change: (bytes: Uint8Array) => Uint8Array): void => {
      this.#unsynced.push(change);
    };
    return {
      location: 'a disk',
      size: async () => seen().length,
      read: async (at, into) => into.set(seen().subarray(at, at + into.length)),
      write: async (at, written) => {
        // two pieces, of which a power cut may keep the first
        const cut = this.#random.int(written.length + 1);
        for (const [from, to] of [
          [0, cut],
          [cut, written.length],
        ] as const) {
          const piece = written.slice(from, to);
          later((bytes) => placed(bytes, at + from, piece));
          if (from > 0) call();
        }
        call();
      },
      sync: async () => {
        call();
        this.bytes = seen();
        this.#unsynced = [];
      },
      truncate: async (size) => {
        call();
        later((bytes) => bytes.slice(0, size));
      },
      replace: async (pieces) => {
        const all: number[] = [];
        for await (const piece of pieces) {
          call();
          for (const byte of piece) all.push(byte);
        }
        call();
        this.bytes = Uint8Array.from(all);
        this.#unsynced = [];
      },
      close: async () => undefined,
    };
  }
}

function placed(bytes: Uint8Array, at: number, piece: Uint8Array): Uint8Array {
  if (piece.length === 0) return bytes;
  const longer = new Uint8Array(Math.max(bytes.length, at + piece.length));
  longer.set(bytes);
  longer.set(piece, at);
  return longer;
}
