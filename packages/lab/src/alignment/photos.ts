import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { DataError, encodeJpeg, encodePng, isPictureName, readLandmarkFile } from '@pocketnet/data';
import { writeFileAtomic } from '@pocketnet/files/node';
import { alignedCrop } from './crop.js';

export interface AlignPhotosOptions {
  /** Side of the crops in pixels; 112. */
  size?: number;
  /** `jpg` (quality 95) or `png` (without loss). */
  format?: 'jpg' | 'png';
  /** Called after each photo that has landmarks. */
  onProgress?: (done: number, total: number) => void;
}

/** What became of a folder of photos. */
export interface AlignedPhotos {
  /** Crops written. */
  aligned: number;
  size: number;
  /** Photos of the folder that the file of landmarks leaves out. */
  withoutLandmarks: string[];
  /** Photos that the file of landmarks names and that the folder lacks. */
  missing: string[];
  /** Photos that could not be aligned, a sentence each. */
  failures: string[];
}

/**
 * Aligns the photos of a folder by five points each; a crop gets the photo's place and name in `out`.
 *
 * @param landmarks a `landmarks.json`: see `readLandmarkFile`
 * @throws DataError when nothing can be aligned; what is wrong with single photos is listed
 */
export async function alignPhotos(
  folder: string,
  landmarks: string,
  out: string,
  { size = 112, format = 'jpg', onProgress }: AlignPhotosOptions = {},
): Promise<AlignedPhotos> {
  if (!relative(resolve(folder), resolve(out)).startsWith('..')) {
    throw new DataError({ file: out, reason: `lies in ${folder}, among the photos`, remedy: 'Name another folder' });
  }
  if (!existsSync(folder)) throw new DataError({ file: folder, reason: 'does not exist', remedy: 'Check the path' });
  const { photos } = readLandmarkFile(landmarks);
  const there = photosIn(folder);
  const known = there.flatMap((photo) => {
    const points = photos.get(photo);
    return points ? [[photo, points] as const] : [];
  });
  if (known.length === 0) {
    const reason = `names none of the ${there.length} photos in ${folder}`;
    throw new DataError({ file: landmarks, reason, remedy: 'Photos are named by their paths from that folder' });
  }
  const failures: string[] = [];
  const targets = new Set<string>();
  for (const [i, [photo, points]] of known.entries()) {
    try {
      const file = join(folder, photo);
      const target = join(out, photo.replace(/\.[^.]*$/, `.${format}`));
      if (targets.has(target)) throw new DataError({ file, reason: `shares its name with a photo of another format` });
      const crop = await alignedCrop(readFileSync(file), file, points, size);
      mkdirSync(dirname(target), { recursive: true });
      writeFileAtomic(target, format === 'png' ? await encodePng(crop) : await encodeJpeg(crop, 95));
      targets.add(target);
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      failures.push(error.message);
    }
    onProgress?.(i + 1, known.length);
  }
  if (failures.length === known.length) {
    const reason = `none of the ${known.length} photos can be aligned; the first: ${failures[0]?.replace(/\.$/, '')}`;
    throw new DataError({ file: folder, reason });
  }
  return {
    aligned: known.length - failures.length,
    size,
    withoutLandmarks: there.filter((photo) => !photos.has(photo)),
    missing: missingFrom(photos.keys(), known),
    failures,
  };
}

function missingFrom(named: Iterable<string>, known: readonly (readonly [photo: string, ...unknown[]])[]): string[] {
  const found = new Set(known.map(([photo]) => photo));
  return [...named].filter((photo) => !found.has(photo));
}

/** Paths from the folder, with `/`, in order. */
function photosIn(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return entries
    .map((path) => path.split(sep).join('/'))
    .filter(isPictureName)
    .sort();
}
