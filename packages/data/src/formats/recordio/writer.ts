import { existsSync, rmSync } from 'node:fs';
import type { AtomicFile } from '@pocketnet/files/node';
import { writeAtomically } from '@pocketnet/files/node';
import { frame } from './framing.js';
import { encodeRecord, type RecordHeader } from './header.js';
import { encodeIndex, indexPath, RecordIndex } from './record-index.js';

/** Writes records one after another into a `.rec` and remembers where each starts, for the `.idx`. */
export class RecordWriter {
  readonly #rec: AtomicFile;
  readonly #keys: number[] = [];
  readonly #offsets: number[] = [];

  constructor(rec: AtomicFile) {
    this.#rec = rec;
  }

  /** Appends one record. The header's `id` is the key unless it is given. */
  write(key: number, header: RecordHeader, image: Uint8Array): void {
    this.#keys.push(key);
    this.#offsets.push(this.#rec.size);
    for (const piece of frame(encodeRecord({ id: BigInt(key), ...header }, image))) this.#rec.write(piece);
  }

  /** The index of what has been written, in the order it was. */
  get index(): RecordIndex {
    return new RecordIndex(Float64Array.from(this.#keys), Float64Array.from(this.#offsets));
  }
}

/**
 * Writes `recPath` and its `.idx`, both or neither: `fill` writes the records.
 *
 * @param companions names of further files, handed to `fill` after the writer
 */
export function writeRecords(
  recPath: string,
  fill: (writer: RecordWriter, ...companions: AtomicFile[]) => void,
  companions: readonly string[] = [],
): void {
  const idxPath = indexPath(recPath);
  writeAtomically([recPath, idxPath, ...companions], (rec, idx, ...others) => {
    if (!rec || !idx) throw new Error('writeAtomically gives a file for each path');
    const writer = new RecordWriter(rec);
    fill(writer, ...others);
    for (const lines of encodeIndex(writer.index)) idx.write(lines);
    // Between the two renames there must be no new .rec beside an old .idx; a missing .idx is rebuilt.
    if (existsSync(idxPath)) rmSync(idxPath);
  });
}
