import { readdirSync } from 'node:fs';
import { posix } from 'node:path';
import { pictureExtensions, pictureStem } from '../picture/formats/index.js';

/** Tried where the list's own file is not there: crops are kept in other formats, and lists may leave the extension out. */
const EXTENSIONS = pictureExtensions.flatMap((extension) => [`.${extension}`, `.${extension.toUpperCase()}`]);

/** Finds photos in a folder by the names that lists give them; reads each folder on disk once. */
export class ImageFinder {
  readonly #folder: string;
  readonly #entries = new Map<string, Set<string>>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The photo's path from the folder, or undefined. A photo that leads out of the folder is not there. */
  find(photo: string): string | undefined {
    const path = posix.normalize(photo);
    if (path.startsWith('../') || posix.isAbsolute(path)) return undefined;
    const stem = pictureStem(path);
    return [path, ...EXTENSIONS.map((extension) => stem + extension)].find((candidate) => this.#has(candidate));
  }

  #has(path: string): boolean {
    const folder = posix.dirname(path);
    const known = this.#entries.get(folder) ?? new Set(namesIn(posix.join(this.#folder, folder)));
    this.#entries.set(folder, known);
    return known.has(posix.basename(path));
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [] : [entry.name]));
  } catch {
    return []; // no such folder: none of its photos are there, which is said of each
  }
}

/** `images/Ann_Lee_2.jpg` shows Ann_Lee: the number is split off from the right. */
export function personOfNumbered(image: string): string {
  return posix.basename(image).replace(/_\d+\.[^.]*$/, '');
}
