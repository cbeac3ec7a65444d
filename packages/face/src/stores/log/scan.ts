import { crc32c } from '@pocketnet/files';
import type { LogSource } from './device.js';
import { FRAME_HEADER_BYTES, HEAD_BYTES, isLogHead, MARKER, readFrameHeader } from './frame.js';

/** Bytes read at a time. */
const WINDOW = 2 << 20;

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
 * a frame whose end is missing was never acknowledged, and ends the log. Payloads are views of memory that is read into again when
 * the next are asked for.
 *
 * @throws RangeError where nothing in it says that it is a log
 */
export async function* scanLog(source: LogSource, report: ScanReport): AsyncGenerator<Uint8Array[]> {
  const window = new Window(source, await source.size());
  const { size } = window;
  let at = HEAD_BYTES;
  if (size < HEAD_BYTES || !isLogHead(await window.load(0, HEAD_BYTES))) {
    at = await nextFrame(window, 0);
    if (at === size) throw new RangeError('it is no gallery. Check the name.');
    report.damage.push({ from: 0, to: at });
  }
  report.end = at;
  let payloads: Uint8Array[] = [];
  while (at < size) {
    let found = payloads.length > 0 ? frameIn(window, at) : await frameAt(window, at);
    if (payloads.length > 0 && !(found instanceof Uint8Array)) {
      yield payloads;
      payloads = [];
      found = await frameAt(window, at);
    }
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

type Frame = Uint8Array | 'unfinished' | undefined;

/** The payload of the frame that begins at `at`; undefined where none does. */
async function frameAt(window: Window, at: number): Promise<Frame> {
  if (at + FRAME_HEADER_BYTES > window.size) return 'unfinished';
  const header = readFrameHeader(await window.load(at, FRAME_HEADER_BYTES));
  if (header === undefined) return undefined;
  const length = FRAME_HEADER_BYTES + header.length;
  if (at + length > window.size) return 'unfinished';
  await window.load(at, length);
  return frameIn(window, at);
}

/** The same of what is in memory already: a million frames are not worth a million waits. */
function frameIn(window: Window, at: number): Uint8Array | undefined {
  const bytes = window.view(at, FRAME_HEADER_BYTES);
  const header = bytes && readFrameHeader(bytes);
  const payload = header && window.view(at + FRAME_HEADER_BYTES, header.length);
  return payload && crc32c(payload) === header.checksum ? payload : undefined;
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

/** A stretch of the source in memory, which the next stretch takes the place of. */
class Window {
  #room = new Uint8Array(0);
  #from = 0;
  #length = 0;

  constructor(
    readonly source: LogSource,
    readonly size: number,
  ) {}

  /** What is in memory already. */
  view(at: number, length: number): Uint8Array | undefined {
    const start = at - this.#from;
    return start >= 0 && start + length <= this.#length ? this.#room.subarray(start, start + length) : undefined;
  }

  /** `length` bytes from `at` on, which must lie inside the source. */
  async load(at: number, length: number): Promise<Uint8Array> {
    const known = this.view(at, length);
    if (known) return known;
    const wanted = Math.min(Math.max(length, WINDOW), this.size - at);
    const held = this.view(at, this.#from + this.#length - at) ?? new Uint8Array(0);
    const room = this.#room.length >= wanted ? this.#room : new Uint8Array(wanted);
    room.set(held);
    this.#length = 0; // until the rest is there
    await this.source.read(at + held.length, room.subarray(held.length, wanted));
    [this.#room, this.#from, this.#length] = [room, at, wanted];
    return room.subarray(0, length);
  }
}
