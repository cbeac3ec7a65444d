import { latin1Bytes } from '../bytes.js';
import { PickleError } from './values.js';

/** The decimal line of protocol 0's INT and LONG: `12`, `12L`; INT writes booleans as `00` and `01`. */
export function integerOf(line: string): number | boolean {
  if (line === '00') return false;
  if (line === '01') return true;
  const value = /^[+-]?\d{1,20}L?$/.test(line) ? Number.parseInt(line, 10) : Number.NaN;
  if (!Number.isSafeInteger(value))
    throw new PickleError(`holds ${JSON.stringify(line.slice(0, 40))} as a whole number`);
  return value;
}

const ESCAPES: Record<string, string> = { n: '\n', r: '\r', t: '\t', '\\': '\\', "'": "'", '"': '"' };

/** The bytes of protocol 0's STRING: a Python 2 literal such as `'\xff\xd8\n'`, in latin-1. */
export function bytesOfLiteral(line: string): Uint8Array {
  const quote = line[0];
  if (line.length < 2 || (quote !== "'" && quote !== '"') || line.at(-1) !== quote) {
    throw new PickleError('holds a string that is not in quotes');
  }
  const text = line.slice(1, -1).replace(/\\(x([0-9a-f]{2})|[\s\S])/gi, (all, escaped: string, hex?: string) => {
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
    return ESCAPES[escaped] ?? all;
  });
  return latin1Bytes(text);
}

/** The text of protocol 0's UNICODE: latin-1 with `\uXXXX` and `\UXXXXXXXX`. */
export function textOfRawUnicode(line: string): string {
  return line.replace(/\\(?:u([0-9a-f]{4})|U([0-9a-f]{8}))/gi, (all, four?: string, eight?: string) => {
    const code = Number.parseInt(four ?? eight ?? '', 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : all;
  });
}
