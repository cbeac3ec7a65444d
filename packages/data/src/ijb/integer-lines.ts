import { DataError } from '../data-error.js';
import { RandomAccessFile } from '../formats/random-access-file.js';

const CHUNK = 4 * 2 ** 20;
const [NEWLINE, RETURN, SPACE, TAB, MINUS, ZERO, NINE] = [10, 13, 32, 9, 45, 48, 57];
const LARGEST = 2 ** 31 - 1;

/**
 * Reads a text of `columns` whole numbers a line, parted by blanks or tabs, into one array each: byte by byte, since a
 * string for each of fifteen million lines would cost more than all the rest. Lines may end in LF or CRLF; empty ones are
 * skipped. 200 MB take two seconds, and 4 bytes for each number.
 *
 * @param form what a line should look like, for the message
 * @throws DataError that names the line: another number of columns, no whole number, one beyond ±(2³¹ − 1)
 */
export function readIntegerLines(path: string, columns: number, form: string): Int32Array[] {
  const file = new RandomAccessFile(path);
  try {
    const read = new IntegerLines(file, columns, form);
    forEachChunk(file, (bytes) => read.take(bytes));
    return read.finish();
  } finally {
    file.close();
  }
}

/** Calls with the file's bytes, part by part; the array is reused. */
function forEachChunk(file: RandomAccessFile, take: (bytes: Uint8Array) => void): void {
  const buffer = new Uint8Array(Math.min(CHUNK, file.size));
  for (let offset = 0; offset < file.size; offset += CHUNK) {
    const bytes = buffer.subarray(0, Math.min(CHUNK, file.size - offset));
    file.readInto(bytes, offset);
    take(bytes);
  }
}

function countNewlines(file: RandomAccessFile): number {
  let count = 0;
  forEachChunk(file, (bytes) => {
    for (let at = bytes.indexOf(NEWLINE); at !== -1; at = bytes.indexOf(NEWLINE, at + 1)) count++;
  });
  return count;
}

class IntegerLines {
  readonly #file: string;
  readonly #form: string;
  readonly #numbers: Int32Array[];
  readonly #columns: number;
  #rows = 0;
  #line = 1;
  #column = 0;
  /** Of the number being read: its digits so far (−1 for none yet) and its sign. */
  #value = -1;
  #sign = 1;

  constructor(file: RandomAccessFile, columns: number, form: string) {
    const lines = countNewlines(file) + 1;
    this.#file = file.path;
    this.#form = form;
    this.#columns = columns;
    this.#numbers = Array.from({ length: columns }, () => new Int32Array(lines));
  }

  take(bytes: Uint8Array): void {
    // Kept in local variables: this loop sees every byte of a long file.
    let [value, sign] = [this.#value, this.#sign];
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at] as number; // inside by the loop's bound
      if (byte >= ZERO && byte <= NINE) {
        value = (value === -1 ? 0 : value) * 10 + (byte - ZERO);
        if (value > LARGEST) throw this.#fault('holds a number beyond 2147483647');
      } else if (byte === SPACE || byte === NEWLINE || byte === TAB || byte === RETURN) {
        if (value !== -1) this.#endNumber(sign * value);
        else if (sign === -1) throw this.#fault('holds a minus without a number');
        [value, sign] = [-1, 1];
        if (byte === NEWLINE) this.#endLine();
      } else if (byte === MINUS && value === -1 && sign === 1) sign = -1;
      else throw this.#fault(`holds ${JSON.stringify(String.fromCharCode(byte))} where a whole number should stand`);
    }
    [this.#value, this.#sign] = [value, sign];
  }

  finish(): Int32Array[] {
    this.take(Uint8Array.of(NEWLINE));
    return this.#numbers.map((numbers) => numbers.subarray(0, this.#rows));
  }

  #endNumber(value: number): void {
    const numbers = this.#numbers[this.#column++];
    if (numbers === undefined) throw this.#fault(`holds more than ${this.#columns} numbers`);
    numbers[this.#rows] = value;
  }

  #endLine(): void {
    if (this.#column !== 0) {
      if (this.#column !== this.#columns)
        throw this.#fault(`holds ${this.#column} number${this.#column === 1 ? '' : 's'} instead of ${this.#columns}`);
      this.#rows++;
    }
    this.#column = 0;
    this.#line++;
  }

  #fault(reason: string): DataError {
    return new DataError({ file: this.#file, record: `line ${this.#line}`, reason, remedy: `Write "${this.#form}"` });
  }
}
