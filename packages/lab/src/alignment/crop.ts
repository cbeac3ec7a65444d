import { DataError, decodePicture, type Landmarks, type PhotoLandmarks, type Picture } from '@pocketnet/data';
import { alignFace } from 'pocketnet/align';

/**
 * Decodes a photo and cuts its face out, aligned.
 *
 * @param file the photo, for messages
 * @throws DataError that names the photo: damaged, or landmarks that are of another one or of no face
 */
export async function alignedCrop(
  bytes: Uint8Array,
  file: string,
  { landmarks, width, height }: PhotoLandmarks,
  size: number,
): Promise<Picture> {
  const photo = await decodePicture(bytes, { file });
  const fail = (reason: string, cause?: unknown): never => {
    throw new DataError({ file, reason, remedy: 'Find its landmarks again' }, { cause });
  };
  if (width !== undefined && (width !== photo.width || height !== photo.height)) {
    fail(`has ${photo.width}x${photo.height} pixels, but its landmarks are of a photo of ${width}x${height}`);
  }
  if (!lieIn(photo, landmarks)) fail(`has ${photo.width}x${photo.height} pixels, and its landmarks lie far outside`);
  try {
    return alignFace(photo, landmarks, { size });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return fail(error.message.replace(/\.$/, ''), error);
  }
}

/** Of a face at the edge, landmarks may lie outside of the photo, but no further than it is wide or high. */
function lieIn({ width, height }: Picture, landmarks: Landmarks): boolean {
  return landmarks.every(([x, y]) => x > -width && x < 2 * width && y > -height && y < 2 * height);
}
