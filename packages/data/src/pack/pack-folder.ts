import { join } from 'node:path';
import { DataError } from '../data-error.js';
import { readImageHeader } from '../formats/image-header.js';
import { readWhole } from '../formats/random-access-file.js';
import { writeFaces } from '../formats/recordio/write-faces.js';
import { listImageFolder } from '../sources/image-folder.js';

export interface PackOptions {
  /** Called after each image. */
  onProgress?: (done: number, total: number) => void;
}

/** What was packed. */
export interface Packed {
  images: number;
  identities: number;
  /** Pixels; the same for every crop. */
  width: number;
  height: number;
  /** What was passed over, a sentence each. */
  problems: string[];
}

/**
 * Packs aligned crops, `identity/photo.jpg`, into a RecordIO training set. The pictures' bytes go in as they are, so nothing
 * is lost; `train.lst` keeps which file became which record.
 *
 * @param out the `.rec`, or the folder for `train.rec`
 * @throws DataError that names a picture which is damaged or of another size than the first.
 */
export function packFolder(folder: string, out: string, { onProgress }: PackOptions = {}): Packed {
  const { pictures, problems } = listImageFolder(folder);
  const [first] = pictures;
  if (first === undefined) throw new DataError({ file: folder, reason: 'holds no pictures' });
  const size = sizeOf(join(folder, first.path), readWhole(join(folder, first.path)));
  const faces = pictures.map(({ path, label }) => ({
    identity: label,
    name: path,
    image: () => readCrop(join(folder, path), size, first.path),
  }));
  const written = writeFaces(out, faces, { ...size, ...(onProgress && { onProgress }) });
  return { ...written, ...size, problems };
}

interface Size {
  width: number;
  height: number;
}

function readCrop(path: string, expected: Size, firstPath: string): Uint8Array {
  const bytes = readWhole(path);
  const { width, height } = sizeOf(path, bytes);
  if (width === expected.width && height === expected.height) return bytes;
  throw new DataError({
    file: path,
    reason: `has ${width}x${height} pixels, but ${firstPath} has ${expected.width}x${expected.height}`,
    remedy: 'A training set holds aligned crops of one size: align them, or take the odd ones out',
  });
}

function sizeOf(path: string, bytes: Uint8Array): Size {
  return readCropHeader(path, bytes);
}

/** The header of a picture file that is whole. @throws DataError that names it otherwise. */
export function readCropHeader(path: string, bytes: Uint8Array): Size {
  const remedy = 'Take the file out or get it again';
  try {
    const { width, height, complete } = readImageHeader(bytes);
    if (!complete) throw new RangeError('the image is cut off: its end is missing');
    return { width, height };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new DataError({ file: path, reason: error.message, remedy }, { cause: error });
  }
}
