/** What a log is read from. */
export interface LogSource {
  /** A path or an address, for messages. */
  readonly location: string;
  /** Bytes it holds. */
  size(): Promise<number>;
  /** Fills `into` from byte `at` on. @throws where it holds fewer */
  read(at: number, into: Uint8Array): Promise<void>;
}

/** Where a log lies: a file, or a file of the browser's origin. It belongs to one process. */
export interface LogDevice extends LogSource {
  write(at: number, bytes: Uint8Array): Promise<void>;
  /** Resolves when what was written outlasts a power cut. */
  sync(): Promise<void>;
  truncate(size: number): Promise<void>;
  /** Puts `pieces` in the place of all that it holds, wholly or not at all, and leaves nothing of what was there. */
  replace(pieces: AsyncIterable<Uint8Array>): Promise<void>;
  close(): Promise<void>;
}

/** Bytes in memory as a source. */
export function bytesSource(location: string, bytes: Uint8Array): LogSource {
  return {
    location,
    size: async () => bytes.length,
    read: async (at, into) => into.set(bytes.subarray(at, at + into.length)),
  };
}
