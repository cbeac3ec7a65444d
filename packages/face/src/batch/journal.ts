import { closeSync, fsyncSync, ftruncateSync, mkdirSync, openSync, readSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { crc32c, FileError } from '@pocketnet/files';
import { Owner, writeFully } from '@pocketnet/files/node';

/** Milliseconds between two syncs: so much work a power cut may cost; a killed process costs none. */
const SYNC = 1000;
const CHUNK = 1 << 20;
const LINE_END = 10;

/**
 * What long work has found out so far: one JSON record a line, each with its checksum, appended to a file. Who begins the same work again gets
 * the records that are there; a line that was cut off or damaged ends them, and is written anew. When all is done, {@link finish} removes it.
 */
export class Journal<T> {
  /** Where each record lies in the file. */
  readonly #places: { readonly at: number; readonly length: number }[] = [];
  readonly #file: number;
  #end = 0;
  #synced = 0;

  /**
   * @param path of the file, which belongs to one process at a time
   * @param about what the work is; a journal of other work is refused
   * @param keep told every record that is there already
   * @throws FileError where the file is of other work, or another process is at it
   */
  static async open<T>(
    path: string,
    about: object,
    keep: (record: T, index: number) => void = () => {},
  ): Promise<Journal<T>> {
    mkdirSync(dirname(path), { recursive: true });
    const owner = await Owner.claim(path, 'journal');
    try {
      return new Journal(path, about, keep, owner);
    } catch (cause) {
      await owner.release();
      throw cause;
    }
  }

  private constructor(
    readonly path: string,
    about: object,
    keep: (record: T, index: number) => void,
    private readonly owner: Owner,
  ) {
    this.#file = openSync(path, 'a+'); // writes go to the end, whatever was read
    const head = JSON.stringify(about);
    let lines = 0;
    for (const { at, text } of this.#lines()) {
      if (lines === 0 && text !== head) {
        closeSync(this.#file);
        throw new FileError(
          path,
          `is what other work left behind: ${others(text, about)} was different. Finish that with the same files and options, or delete it and begin anew`,
        );
      }
      if (lines > 0) keep(JSON.parse(text) as T, this.#note(at, this.#end - at));
      lines += 1;
    }
    ftruncateSync(this.#file, this.#end);
    if (lines === 0) this.#append(head);
  }

  get length(): number {
    return this.#places.length;
  }

  /** Appends a record. @returns its index */
  add(record: T): number {
    const at = this.#end;
    this.#append(JSON.stringify(record));
    if (performance.now() - this.#synced > SYNC) {
      fsyncSync(this.#file);
      this.#synced = performance.now();
    }
    return this.#note(at, this.#end - at);
  }

  /** A record, read again. */
  read(index: number): T {
    const place = this.#places[index];
    if (!place) throw new RangeError(`The journal has ${this.length} records, not a number ${index}.`);
    const text = textOf(this.#bytes(place.at, place.length - 1));
    if (text === undefined) throw new FileError(this.path, `was changed by somebody else at byte ${place.at}`);
    return JSON.parse(text) as T;
  }

  /** Leaves the journal for another time. */
  async close(): Promise<void> {
    fsyncSync(this.#file);
    closeSync(this.#file);
    await this.owner.release();
  }

  /** The work is done. */
  async finish(): Promise<void> {
    closeSync(this.#file);
    rmSync(this.path);
    await this.owner.release();
  }

  #note(at: number, length: number): number {
    return this.#places.push({ at, length }) - 1;
  }

  #append(text: string): void {
    const bytes = Buffer.from(`${crc32c(Buffer.from(text)).toString(16).padStart(8, '0')} ${text}\n`);
    writeFully(this.#file, bytes);
    this.#end += bytes.length;
  }

  /** Whole lines from the beginning, up to the first that is not; `#end` is then behind the last of them. */
  *#lines(): Generator<{ at: number; text: string }> {
    let pending = Buffer.alloc(0);
    for (let read = 0; ; ) {
      const more = this.#bytes(read, CHUNK);
      if (more.length === 0) break;
      read += more.length;
      pending = Buffer.concat([pending, more]);
      let begin = 0;
      for (let end = pending.indexOf(LINE_END); end >= 0; end = pending.indexOf(LINE_END, begin)) {
        const text = textOf(pending.subarray(begin, end));
        if (text === undefined) return;
        const at = this.#end;
        this.#end += end + 1 - begin;
        yield { at, text };
        begin = end + 1;
      }
      pending = pending.subarray(begin);
    }
  }

  #bytes(at: number, length: number): Buffer {
    const bytes = Buffer.alloc(length);
    let got = 0;
    for (let more = -1; more !== 0 && got < length; got += more)
      more = readSync(this.#file, bytes, got, length - got, at + got);
    return bytes.subarray(0, got);
  }
}

/** Does work with a journal, as {@link Journal.open} takes it: work that is done removes it, work that fails leaves it for another time. */
export async function withJournal<T, R>(
  path: string,
  about: object,
  keep: (record: T, index: number) => void,
  work: (journal: Journal<T>) => Promise<R>,
): Promise<R> {
  const journal = await Journal.open<T>(path, about, keep);
  try {
    const result = await work(journal);
    await journal.finish();
    return result;
  } catch (error) {
    await journal.close();
    throw error;
  }
}

/** What differs between the work that a journal is of, and the work that is to be done. */
function others(head: string, about: object): string {
  const [before, now] = [JSON.parse(head), about] as Record<string, unknown>[];
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(now ?? {})])];
  return names.filter((name) => JSON.stringify(before?.[name]) !== JSON.stringify(now?.[name])).join(', ');
}

/** The text of a line whose checksum fits. */
function textOf(line: Buffer): string | undefined {
  const body = line.subarray(9);
  return line[8] === 32 && Number.parseInt(line.toString('latin1', 0, 8), 16) === crc32c(body) >>> 0
    ? body.toString('utf8')
    : undefined;
}
