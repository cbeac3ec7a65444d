import { encodeJpeg } from '@pocketnet/data';
import { alreadyAligned, type Face, ImageError, type PocketNet, reasonsAgainst } from 'pocketnet';

/** A face of a photo, as the journal keeps it. */
export interface ExaminedFace {
  /** Which of the photo's faces, by prominence. */
  readonly face: number;
  /** Side of its box in the photo, pixels. */
  readonly side: number;
  /** Why its quality does not do, in sentences; none where it does. */
  readonly reasons: readonly string[];
  /** The template's float32 numbers, in base64. */
  readonly template: string;
  /** The aligned crop as JPEG, in base64. */
  readonly crop: string;
}

/** What is found out about a photo, once. */
export interface Examined {
  readonly photo: number;
  readonly faces: readonly ExaminedFace[];
  /** Why it could not be read. */
  readonly problem?: string;
}

/** Little is lost at this quality, and a crop is some ten kilobytes. */
const JPEG_QUALITY = 95;

/** How many of a labelled photo's faces may be the person's. */
const MOST_FACES = 8;

export interface ExamineOptions {
  /** What every measure of quality must reach. */
  readonly quality: 'good' | 'poor';
  readonly minFace?: number;
}

/** Detects, judges, aligns and embeds the faces of a photo. */
export async function examine(
  pocketnet: PocketNet,
  photo: number,
  file: string,
  options: ExamineOptions,
): Promise<Examined> {
  const { quality, minFace } = options;
  try {
    const found = await pocketnet.detect(file, { ...(minFace !== undefined && { minFace }) });
    const faces: ExaminedFace[] = [];
    for (const [i, face] of found.slice(0, MOST_FACES).entries()) {
      const crop = pocketnet.align(file, face);
      const { vector } = await pocketnet.embed(crop);
      faces.push({
        ...{ face: i, side: Math.round(Math.sqrt(face.box.width * face.box.height)) },
        reasons: reasonsOf(face, quality),
        template: Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('base64'),
        crop: Buffer.from(await encodeJpeg(alreadyAligned(crop), JPEG_QUALITY)).toString('base64'),
      });
    }
    return { photo, faces };
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    return { photo, faces: [], problem: error.message };
  }
}

/** That others are in the picture is no fault of a crop. */
const reasonsOf = ({ quality }: Face, least: 'good' | 'poor'): string[] =>
  reasonsAgainst(
    quality.filter(({ name }) => name !== 'alone'),
    least,
  );
