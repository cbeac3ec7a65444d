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

/** A file by its path or its `file:` address, which may be text too. Other addresses are not followed. */
const file: ImageKind = {
  name: 'the path of a file',
  accepts: (value) => typeof value === 'string' || (value instanceof URL && value.protocol === 'file:'),
  async read(value, limits) {
    const path = pathOf(value as string | URL); // accepted
    let bytes: Uint8Array;
    try {
      bytes = await readFile(path);
    } catch (cause) {
      const code = (cause as NodeJS.ErrnoException).code;
      throw new ImageError('unreadable', `${shortened(path)}: ${whyUnread(path, code)}`, { cause });
    }
    return decodeEncoded(bytes, path, limits);
  },
};

function pathOf(value: string | URL): string {
  if (value instanceof URL) return fileURLToPath(value);
  // A picture as text would be in every message and log that names its "path".
  if (/^data:/i.test(value))
    throw new ImageError(
      'unreadable',
      "The picture is a data: address. Give its bytes: Buffer.from(address.split(',')[1], 'base64').",
    );
  return /^file:\/\//i.test(value) ? fileURLToPath(value) : value;
}

/** No message repeats a text that is no path, whatever it holds. */
const shortened = (path: string): string =>
  path.length > 1000 ? `${path.slice(0, 40)}… (${path.length} characters)` : path;

function whyUnread(path: string, code: string | undefined): string {
  if (/^https?:/i.test(path)) return 'addresses on the network are not followed. Download it first.';
  if (code === 'ENOENT') return 'there is no such file. Check the path.';
  if (code === 'ENAMETOOLONG') return 'it is too long for a path. Give the path of a file, or its bytes.';
  if (code === 'EISDIR') return 'it is a folder. Name a picture in it.';
  return `it cannot be read (${code}). Check the path and its permissions.`;
}

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
