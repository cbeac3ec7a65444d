import type { StoredTemplate } from '../../template.js';
import { asciiText } from '../ascii.js';
import { type Change, isRemoval, RECORD_KINDS } from '../store.js';
import { frameOf } from './frame.js';

/*
 * A frame's payload is a list of changes, padded with zeros:
 *
 *   1 byte   1 + the kind's place among RECORD_KINDS (0 ends the list)
 *   1 byte   0 a removal, 1 a record, 2 a record with a template
 *   1 byte   length of the id, and the id
 *   4 bytes  length of what is said about it, and that             (records)
 *   2 bytes  length of the model's name, and the name in UTF-8     (templates)
 *   2 bytes  how many numbers; zeros up to a multiple of 4; the numbers
 */

/** Of one frame: places in it are counted in 31 bits. */
const MOST_BYTES = 2 ** 31 - 4;

const REMOVED = 0;
const RECORD = 1;
const WITH_TEMPLATE = 2;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/** A frame that holds the changes. @throws RangeError for what the format cannot hold */
export function encodeChanges(changes: readonly Change[]): Uint8Array {
  const models = new Map<string, Uint8Array>();
  const modelBytes = (model: string): Uint8Array => {
    const known = models.get(model) ?? encoder.encode(model);
    models.set(model, known);
    return known;
  };
  let length = 0;
  for (const change of changes) length = endOf(change, length, modelBytes);
  if (length > MOST_BYTES)
    throw new RangeError(
      `Changes of ${length} bytes at once; at most 2 GiB can be kept as a whole. Keep fewer at a time.`,
    );
  return frameOf(aligned(length), (payload) => {
    let at = 0;
    for (const change of changes) at = write(change, payload, at, modelBytes);
  });
}

/** Where a change that begins at `at` ends. */
function endOf(change: Change, at: number, modelBytes: (model: string) => Uint8Array): number {
  if (change.id.length < 1 || change.id.length > 255 || /[^ -~]/.test(change.id))
    throw new RangeError(`"${change.id}" is no id: give 1 to 255 printable ASCII characters.`);
  let end = at + 3 + change.id.length;
  if (isRemoval(change)) return end;
  end += 4 + change.about.length;
  if (change.template === undefined) return end;
  const { model, vector } = change.template;
  if (vector.length > 0xffff || modelBytes(model).length > 0xffff)
    throw new RangeError(`A template of ${vector.length} numbers; at most 65,535 can be kept.`);
  return aligned(end + 4 + modelBytes(model).length) + vector.byteLength;
}

function write(change: Change, payload: Uint8Array, start: number, modelBytes: (model: string) => Uint8Array): number {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  let at = start;
  payload[at++] = 1 + RECORD_KINDS.indexOf(change.kind);
  payload[at++] = isRemoval(change) ? REMOVED : change.template === undefined ? RECORD : WITH_TEMPLATE;
  payload[at++] = change.id.length;
  for (let i = 0; i < change.id.length; i++) payload[at++] = change.id.charCodeAt(i);
  if (isRemoval(change)) return at;
  view.setUint32(at, change.about.length, true);
  payload.set(change.about, at + 4);
  at += 4 + change.about.length;
  if (change.template === undefined) return at;
  const { vector } = change.template;
  const model = modelBytes(change.template.model);
  view.setUint16(at, model.length, true);
  payload.set(model, at + 2);
  view.setUint16(at + 2 + model.length, vector.length, true);
  at = aligned(at + 4 + model.length);
  payload.set(new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength), at);
  return at + vector.byteLength;
}

/** Reads payloads; it remembers the last model's name, which hardly ever changes. */
export class ChangeDecoder {
  #modelBytes = new Uint8Array(0);
  #model = '';

  /** @throws RangeError where the payload is not as the format has it */
  *decode(payload: Uint8Array): Generator<Change> {
    const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
    let at = 0;
    while (at < payload.length && payload[at] !== 0) {
      const kind = RECORD_KINDS[view.getUint8(at) - 1];
      if (kind === undefined) throw new RangeError(`a record of kind ${payload[at]}, which this version does not know`);
      const form = view.getUint8(at + 1);
      const idEnd = at + 3 + view.getUint8(at + 2);
      const id = asciiText(payload, at + 3, idEnd);
      at = idEnd;
      if (form === REMOVED) {
        yield { kind, id };
        continue;
      }
      const aboutEnd = at + 4 + view.getUint32(at, true);
      if (aboutEnd > payload.length) throw new RangeError('a record that goes beyond its commit');
      const about = payload.subarray(at + 4, aboutEnd);
      at = aboutEnd;
      if (form === RECORD) {
        yield { kind, id, about };
        continue;
      }
      const { template, end } = this.#template(payload, view, at);
      at = end;
      yield { kind, id, about, template };
    }
  }

  #template(payload: Uint8Array, view: DataView, start: number): { template: StoredTemplate; end: number } {
    const modelEnd = start + 2 + view.getUint16(start, true);
    const model = this.#modelNamed(payload.subarray(start + 2, modelEnd));
    const count = view.getUint16(modelEnd, true);
    const at = aligned(modelEnd + 2);
    const end = at + 4 * count;
    if (end > payload.length) throw new RangeError('a template that goes beyond its commit');
    const offset = payload.byteOffset + at;
    const vector =
      offset % 4 === 0
        ? new Float32Array(payload.buffer as ArrayBuffer, offset, count)
        : new Float32Array(payload.slice(at, end).buffer); // after damage frames may begin anywhere
    return { template: { model, vector }, end };
  }

  #modelNamed(bytes: Uint8Array): string {
    const last = this.#modelBytes;
    let same = bytes.length === last.length;
    for (let i = 0; same && i < last.length; i++) same = bytes[i] === last[i];
    if (!same) {
      this.#model = decoder.decode(bytes);
      this.#modelBytes = bytes.slice();
    }
    return this.#model;
  }
}

const aligned = (length: number): number => 4 * Math.ceil(length / 4);
