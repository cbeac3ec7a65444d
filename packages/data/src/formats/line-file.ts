import { RandomAccessFile } from './random-access-file.js';

const CHUNK = 1 << 22;
const NEWLINE = 10;
const SPACE = 32;

/** A text file whose lines are read one by one, however large it is: only where each begins is kept. Blank lines do not count. */
export class LineFile {
  readonly #file: RandomAccessFile;
  /** Where each line begins; its end is looked for when it is read. */
  readonly #starts: Float64Array;

  /** @throws DataError when it cannot be read */
  constructor(path: string) {
    this.#file = new RandomAccessFile(path);
    this.#starts = startsIn(this.#file);
  }

  get length(): number {
    return this.#starts.length;
  }

  /** Line `index` from 0, without its line break; undefined where there is none. */
  line(index: number): string | undefined {
    const start = this.#starts[index];
    if (start === undefined) return undefined;
    const next = this.#starts[index + 1] ?? this.#file.size;
    const [line = ''] = Buffer.from(this.#file.read(start, next - start))
      .toString('utf8')
      .split('\n');
    return line.replace(/\r$/, '');
  }

  close(): void {
    this.#file.close();
  }
}

function startsIn(file: RandomAccessFile): Float64Array {
  let starts = new Float64Array(1024);
  let count = 0;
  let begin = 0; // of the line that is gone through
  let isBlank = true;
  const chunk = new Uint8Array(CHUNK);
  const finish = (): void => {
    if (isBlank) return;
    if (count === starts.length) {
      const larger = new Float64Array(2 * count);
      larger.set(starts);
      starts = larger;
    }
    starts[count++] = begin;
  };
  for (let offset = 0; offset < file.size; offset += CHUNK) {
    const bytes = chunk.subarray(0, Math.min(CHUNK, file.size - offset));
    file.readInto(bytes, offset);
    for (let i = 0; i < bytes.length; i++) {
      const byte = bytes[i] as number; // inside by the loop
      if (byte === NEWLINE) {
        finish();
        [begin, isBlank] = [offset + i + 1, true];
      } else if (byte > SPACE) isBlank = false;
    }
  }
  finish();
  return starts.slice(0, count);
}
