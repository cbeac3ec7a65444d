import { asciiText } from '../../stores/ascii.js';
import type { Face } from '../face.js';

export interface TemplateRecord {
  readonly person: string;
  readonly added: number;
  /** 0 to 1, as the app's measure of quality has it. */
  readonly quality?: number | undefined;
  readonly face?: Face | undefined;
  /** Whether the crop that it was computed of is kept, under the template's id. */
  readonly crop?: true | undefined;
  /** The template whose crop it was computed of, where that is another's: of another model. */
  readonly of?: string | undefined;
}

/*
 * What a template's record says, all numbers little-endian. There may be a million of them, which are read at each opening.
 *
 *   1 byte   0xe1: this form. Galleries of before have JSON, which begins with "{"; sealed records begin with a small number
 *   1 byte   1 the crop is kept, 2 a quality is said, 4 more follows; summed up
 *   1 byte   length of the person's id, and the id in ASCII
 *   8 bytes  when it was added, float64
 *   8 bytes  the quality, float64, where it is said
 *   the rest as JSON, where more follows: the face, and the template that it was embedded after
 */

const FORM = 0xe1;
const CROP = 1;
const QUALITY = 2;
const MORE = 4;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export function encodeTemplateRecord({ person, added, quality, crop, face, of }: TemplateRecord): Uint8Array {
  const more = face === undefined && of === undefined ? '' : JSON.stringify({ face, of });
  const rest = encoder.encode(more);
  const bytes = new Uint8Array(3 + person.length + (quality === undefined ? 8 : 16) + rest.length);
  bytes[0] = FORM;
  bytes[1] = (crop ? CROP : 0) | (quality === undefined ? 0 : QUALITY) | (more === '' ? 0 : MORE);
  bytes[2] = person.length;
  for (let i = 0; i < person.length; i++) bytes[3 + i] = person.charCodeAt(i);
  let at = 3 + person.length;
  at = writeNumber(bytes, at, added);
  if (quality !== undefined) at = writeNumber(bytes, at, quality);
  bytes.set(rest, at);
  return bytes;
}

/** @throws SyntaxError or RangeError for what is in no form that is known */
export function decodeTemplateRecord(bytes: Uint8Array): TemplateRecord {
  if (bytes[0] !== FORM) return JSON.parse(decoder.decode(bytes)) as TemplateRecord;
  const [, says = 0, length = 0] = bytes;
  const end = 3 + length;
  const person = asciiText(bytes, 3, end);
  const added = readNumber(bytes, end);
  const quality = says & QUALITY ? readNumber(bytes, end + 8) : undefined;
  const crop = says & CROP ? true : undefined;
  if (!(says & MORE)) return { person, added, quality, crop, face: undefined, of: undefined };
  const rest = bytes.subarray(end + (quality === undefined ? 8 : 16));
  const { face, of } = JSON.parse(decoder.decode(rest)) as Pick<TemplateRecord, 'face' | 'of'>;
  return { person, added, quality, crop, face, of };
}

/** Numbers begin anywhere, and a view of them would cost more than they do. */
const scratch = new Uint8Array(8);
const number = new DataView(scratch.buffer);

function writeNumber(bytes: Uint8Array, at: number, value: number): number {
  number.setFloat64(0, value, true);
  bytes.set(scratch, at);
  return at + 8;
}

function readNumber(bytes: Uint8Array, at: number): number {
  if (at + 8 > bytes.length) throw new RangeError('a record that ends within a number');
  for (let i = 0; i < 8; i++) scratch[i] = bytes[at + i] as number; // inside, as was checked
  return number.getFloat64(0, true);
}
