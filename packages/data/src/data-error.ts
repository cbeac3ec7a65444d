import { systemFaults } from '@pocketnet/files/node';

/** Where a fault lies and what to do about it; every part of the message of a {@link DataError}. */
export interface Fault {
  /** The file (or folder, or location) that holds the fault. */
  file: string;
  /** The record, image or line in it: a RecordIO key, an image's position in a `.bin`, "line 12" of a list. */
  record?: number | string | undefined;
  /** What is wrong, without a full stop. */
  reason: string;
  /** What the reader of the message can do, without a full stop. */
  remedy?: string | undefined;
}

/** Data on disk is missing, truncated, corrupted or of another kind than it should be. */
export class DataError extends Error {
  override readonly name = 'DataError';
  readonly file: string;
  readonly record: number | string | undefined;
  /** File and record in words. */
  readonly place: string;
  readonly reason: string;
  readonly remedy: string | undefined;

  constructor({ file, record, reason, remedy }: Fault, options?: ErrorOptions) {
    const place = record === undefined ? file : `${file}, ${typeof record === 'number' ? `record ${record}` : record}`;
    super(`${place}: ${reason}.${remedy === undefined ? '' : ` ${remedy}.`}`, options);
    this.file = file;
    this.record = record;
    this.place = place;
    this.reason = reason;
    this.remedy = remedy;
  }
}

/** Runs `read`; a bare failure of the file system inside it becomes a {@link DataError} that names `file`. */
export function namingFile<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof DataError) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    if (code === undefined) throw error;
    throw new DataError({ file, ...(systemFaults[code] ?? { reason: `cannot be used (${code})` }) }, { cause: error });
  }
}
