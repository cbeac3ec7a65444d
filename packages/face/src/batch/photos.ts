import { readdirSync, statSync } from 'node:fs';
import { extname, join, relative } from 'node:path';

/** Endings of the pictures that are looked for in folders; a file that is named is taken whatever it is called. */
const ENDINGS = new Set(['.jpg', '.jpeg', '.jfif', '.png', '.webp', '.avif', '.gif', '.tif', '.tiff']);

/**
 * The photos that paths stand for: files as they are named, folders with all pictures in them and below, by name. A folder's hidden files are
 * left out; links are followed once.
 *
 * @throws an Error that names a path where there is nothing, or a folder without pictures
 */
export function photosIn(paths: readonly string[]): string[] {
  return paths.flatMap((path) => {
    const info = statSync(path, { throwIfNoEntry: false });
    if (!info) throw new Error(`${path}: there is no such file or folder. Check the path.`);
    if (!info.isDirectory()) return [path];
    const found = picturesBelow(path);
    if (found.length === 0)
      throw new Error(`${path}: there are no pictures in this folder (${[...ENDINGS].join(' ')}).`);
    return found;
  });
}

/** By code units, so that the order is that of every machine. */
const picturesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(({ name }) => ENDINGS.has(extname(name).toLowerCase()))
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter(
      (path) =>
        !relative(folder, path)
          .split(/[/\\]/)
          .some((part) => part.startsWith('.')),
    )
    .sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
