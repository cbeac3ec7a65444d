import { readdirSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { DataError, namingFile } from '../data-error.js';
import { readWhole } from '../formats/random-access-file.js';
import { isPictureName } from '../picture/formats/index.js';
import type { FaceSource, SourceKind } from './face-source.js';
import { outside } from './subset.js';

export const imageFolder: SourceKind = {
  name: 'image-folder',
  locations: 'a folder of identity/photo.jpg (or .png, .webp, .bmp, …)',
  matches: isFolder,
  open: openImageFolder,
  problems: (location) => listImageFolder(location).problems,
};

/** An encoded picture of a face takes a few kilobytes, a bitmap of 100 megapixels 400 MB; more than this is something else. */
const LARGEST_PICTURE = 512 * 2 ** 20;

/**
 * Opens a folder of folders of pictures: each folder is an identity, labelled 0, 1, 2… in the order of their names (by code
 * unit, so that it is the same everywhere). Hidden files and files that are not named as pictures are passed over.
 *
 * @throws DataError when there is no picture in it.
 */
export function openImageFolder(folder: string): FaceSource {
  const { pictures, identities } = listImageFolder(folder);
  return {
    name: basename(resolve(folder)),
    length: pictures.length,
    identities: identities.length,
    label: (index) => (pictures[index] ?? outside({ name: folder }, index, pictures.length)).label,
    read: (index) => {
      const { path } = pictures[index] ?? outside({ name: folder }, index, pictures.length);
      return readWhole(join(folder, path), LARGEST_PICTURE);
    },
    place: (index) => ({ file: join(folder, pictures[index]?.path ?? '') }),
    imageName: (index) => pictures[index]?.path,
    close: () => {},
  };
}

/** A picture of an image folder. */
export interface PhotoFile {
  /** `identity/photo.jpg`, from the folder. */
  path: string;
  label: number;
}

/** The pictures of an image folder, by identity, and what was passed over. @throws DataError when there are none. */
export function listImageFolder(folder: string): { pictures: PhotoFile[]; identities: string[]; problems: string[] } {
  const pictures: PhotoFile[] = [];
  const identities: string[] = [];
  const problems: string[] = [];
  for (const identity of entries(folder)) {
    if (!isFolder(join(folder, identity))) {
      problems.push(`${identity} lies beside the identities' folders and was passed over.`);
      continue;
    }
    const names = entries(join(folder, identity));
    const photos = names.filter(isPictureName);
    if (photos.length < names.length) {
      problems.push(`${identity} holds ${names.length - photos.length} files that are no pictures.`);
    }
    if (photos.length === 0) problems.push(`${identity} holds no picture and got no label.`);
    else identities.push(identity);
    for (const photo of photos) pictures.push({ path: `${identity}/${photo}`, label: identities.length - 1 });
  }
  if (pictures.length > 0) return { pictures, identities, problems };
  throw new DataError({
    file: folder,
    reason: 'holds no pictures in identity folders (and no train.rec)',
    remedy: 'Lay it out as identity/photo.jpg, one folder for each person',
  });
}

/** Names in order; without hidden ones. */
function entries(folder: string): string[] {
  const names = namingFile(folder, () => readdirSync(folder));
  return names.filter((name) => !name.startsWith('.')).sort();
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
