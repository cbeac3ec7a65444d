import { DataError } from '../../data-error.js';
import { RandomAccessFile } from '../random-access-file.js';
import { LARGEST_PART, MAGIC, PART_HEAD, readFrame, readPayload } from './framing.js';
import { decodeRecord, HEADER_BYTES, type ParsedRecord } from './header.js';
import { loadIndex, type RecordIndex } from './record-index.js';

/** A RecordIO file open for random access by key. */
export class RecordReader {
  readonly index: RecordIndex;
  readonly #file: RandomAccessFile;

  /**
   * @param index where the records are, if that is known; else what the `.idx` says, or the file itself without one
   * @throws DataError when the file or its `.idx` cannot be read.
   */
  constructor(recPath: string, index?: RecordIndex) {
    this.#file = new RandomAccessFile(recPath);
    try {
      this.index = index ?? loadIndex(this.#file);
      if (this.index.length === 0) {
        throw new DataError({ file: recPath, reason: 'holds no records', remedy: 'Get the file, or its .idx, again' });
      }
    } catch (error) {
      this.#file.close();
      throw error;
    }
  }

  get path(): string {
    return this.#file.path;
  }

  /** Bytes of the `.rec`. */
  get size(): number {
    return this.#file.size;
  }

  /** Record `key`, whole. @throws DataError that names file and record. */
  read(key: number): ParsedRecord {
    return this.#naming(key, () => {
      const frame = readFrame(this.#file, this.#offset(key), key);
      return decodeRecord(readPayload(this.#file, frame, key));
    });
  }

  /** The first label of record `key`, which is the class of an image; reads only the record's first 36 bytes. */
  label(key: number): number {
    const offset = this.#offset(key);
    const view = this.#head;
    if (offset + view.byteLength <= this.size) {
      this.#file.readInto(this.#headBytes, offset, key);
      const length = view.getUint32(4, true); // with cflag 0 in its upper bits
      const isWhole = view.getUint32(0, true) === MAGIC && length >= HEADER_BYTES + 4 && length <= LARGEST_PART;
      const several = view.getUint32(PART_HEAD, true) > 0;
      if (isWhole) return view.getFloat32(PART_HEAD + (several ? HEADER_BYTES : 4), true);
    }
    return this.read(key).labels[0] ?? 0;
  }

  /** The offset of the byte after record `key` and its padding. */
  end(key: number): number {
    return readFrame(this.#file, this.#offset(key), key).next;
  }

  close(): void {
    this.#file.close();
  }

  readonly #headBytes = new Uint8Array(PART_HEAD + HEADER_BYTES + 4);
  readonly #head = new DataView(this.#headBytes.buffer);

  #offset(key: number): number {
    const offset = this.index.offset(key);
    if (offset !== undefined) return offset;
    throw new DataError({
      file: this.path,
      record: key,
      reason: 'is not in the index',
      remedy: 'Remove the .idx to rebuild it',
    });
  }

  #naming<T>(key: number, read: () => T): T {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      const remedy = 'The file is damaged or holds something else than images: get it again';
      throw new DataError({ file: this.path, record: key, reason: error.message, remedy }, { cause: error });
    }
  }
}
