import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { ImageError, type ImageKind, imageKinds } from '../images/index.js';
import { decodeEncoded } from './decode.js';

/** The bytes of an encoded picture. */
const encoded: ImageKind = {
  name: "an encoded picture's bytes (Buffer, Uint8Array, ArrayBuffer)",
  accepts: (value) => value instanceof Uint8Array || value instanceof ArrayBuffer,
  read: (value, limits) =>
    decodeEncoded(value instanceof Uint8Array ? value : new Uint8Array(value as ArrayBuffer), 'the picture', limits), // accepted
};

/** A file by its path or its `file:` address. Addresses on the network are not followed. */
const file: ImageKind = {
  name: 'the path of a file',
  accepts: (value) => typeof value === 'string' || (value instanceof URL && value.protocol === 'file:'),
  async read(value, limits) {
    const path = value instanceof URL ? fileURLToPath(value) : (value as string); // accepted
    let bytes: Uint8Array;
    try {
      bytes = await readFile(path);
    } catch (cause) {
      const code = (cause as NodeJS.ErrnoException).code;
      const why =
        code === 'ENOENT'
          ? 'there is no such file'
          : code === 'EISDIR'
            ? 'it is a folder'
            : `it cannot be read (${code})`;
      throw new ImageError('unreadable', `${path}: ${why}. Check the path.`, { cause });
    }
    return decodeEncoded(bytes, path, limits);
  },
};

/** A `Blob` or `File` of Node, which has nothing to decode it. */
const blob: ImageKind = {
  name: 'a Blob or File',
  accepts: (value) => value instanceof Blob,
  async read(value, limits) {
    const given = value as Blob; // accepted
    const name = 'name' in given && typeof given.name === 'string' ? given.name : 'the picture';
    return decodeEncoded(new Uint8Array(await given.arrayBuffer()), name, limits);
  },
};

/** Node's kinds before those of every place. */
export const nodeKinds: readonly ImageKind[] = [file, encoded, blob, ...imageKinds];
