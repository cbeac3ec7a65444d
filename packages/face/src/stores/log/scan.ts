import { crc32c } from '@pocketnet/files';
import type { LogSource } from './device.js';
import { FRAME_HEADER_BYTES, HEAD_BYTES, isLogHead, MARKER, readFrameHeader } from './frame.js';

/** Bytes read at a time. */
const WINDOW = 1 << 20;

/** Bytes from `from` up to `to` that are no frame any more. */
export interface Damage {
  readonly from: number;
  readonly to: number;
}

/** How a scan went; filled in while it goes. */
export interface ScanReport {
  /** In order, and apart from each other. */
  readonly damage: Damage[];
  /** Where the last whole frame, or the damage after it, ends: here the next one goes. Everything behind was never finished. */
  end: number;
}

/**
 * The payloads of a log's frames, in order, many at a time. What is damaged is skipped up to the next whole frame and told;
 * a frame whose end is missing was never acknowledged, and ends the log.
 *
 * @throws RangeError where nothing in it says that it is a log
 */
export async function* scanLog(source: LogSource, report: ScanReport): AsyncGenerator<Uint8Array[]> {
  const window = new Window(source, await source.size());
  const { size } = window;
  let at = HEAD_BYTES;
  if (size < HEAD_BYTES || !isLogHead(await window.load(0, HEAD_BYTES))) {
    at = await nextFrame(window, 0);
    if (at === size) throw new RangeError('it is no log of a gallery');
    report.damage.push({ from: 0, to: at });
  }
  report.end = at;
  let payloads: Uint8Array[] = [];
  while (at < size) {
    if (!window.holds(at, FRAME_HEADER_BYTES) && payloads.length > 0) {
      yield payloads;
      payloads = [];
    }
    const found = await frameAt(window, at);
    if (found === 'unfinished') break;
    if (found === undefined) {
      if (await isZero(window, at)) break; // a power cut lets a file grow before its bytes come
      const next = await nextFrame(window, at + 1);
      report.damage.push({ from: at, to: next });
      at = next;
    } else {
      payloads.push(found);
      at += FRAME_HEADER_BYTES + found.length;
    }
    report.end = at;
  }
  if (payloads.length > 0) yield payloads;
}

async function frameAt(window: Window, at: number): Promise<Uint8Array | 'unfinished' | undefined> {
  if (at + FRAME_HEADER_BYTES > window.size) return 'unfinished';
  const header = readFrameHeader(window.view(at, FRAME_HEADER_BYTES) ?? (await window.load(at, FRAME_HEADER_BYTES)));
  if (header === undefined) return undefined;
  const start = at + FRAME_HEADER_BYTES;
  if (start + header.length > window.size) return 'unfinished';
  const payload = window.view(start, header.length) ?? (await window.load(start, header.length));
  return crc32c(payload) === header.checksum ? payload : undefined;
}

/** Where the first whole frame from `from` on begins, or the log's size. */
async function nextFrame(window: Window, from: number): Promise<number> {
  for (let at = from; at + FRAME_HEADER_BYTES <= window.size; at++) {
    const some = await window.load(at, Math.min(WINDOW, window.size - at));
    const view = new DataView(some.buffer, some.byteOffset, some.byteLength);
    let step = 0;
    while (step + 4 <= some.length && view.getUint32(step, true) !== MARKER) step++;
    at += step;
    if (step + 4 > some.length) {
      at--; // the last three bytes are looked at again, with what follows
      continue;
    }
    if ((await frameAt(window, at)) instanceof Uint8Array) return at;
  }
  return window.size;
}

async function isZero(window: Window, from: number): Promise<boolean> {
  for (let at = from; at < window.size; at += WINDOW) {
    const some = await window.load(at, Math.min(WINDOW, window.size - at));
    if (some.some((byte) => byte !== 0)) return false;
  }
  return true;
}

/** A stretch of the source in memory. Views stay as they are: a new stretch gets memory of its own. */
class Window {
  #bytes = new Uint8Array(0);
  #from = 0;

  constructor(
    readonly source: LogSource,
    readonly size: number,
  ) {}

  holds(at: number, length: number): boolean {
    return at >= this.#from && at + length <= this.#from + this.#bytes.length;
  }

  /** What is in memory already: a million frames are not worth a million waits. */
  view(at: number, length: number): Uint8Array | undefined {
    return this.holds(at, length) ? this.#bytes.subarray(at - this.#from, at - this.#from + length) : undefined;
  }

  /** `length` bytes from `at` on, which must lie inside the source. */
  async load(at: number, length: number): Promise<Uint8Array> {
    if (!this.holds(at, length)) {
      this.#bytes = new Uint8Array(Math.min(Math.max(length, WINDOW), this.size - at));
      this.#from = at;
      await this.source.read(at, this.#bytes);
    }
    return this.#bytes.subarray(at - this.#from, at - this.#from + length);
  }
}
