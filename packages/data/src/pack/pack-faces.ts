import { DataError } from '../data-error.js';
import { writeFaces } from '../formats/recordio/write-faces.js';
import { decodePicture, type Origin, type PictureSize } from '../picture/index.js';
import { type FaceSource, isUnlabelled } from '../sources/face-source.js';
import { parseLocation } from '../sources/location.js';
import { kindOf, openSource } from '../sources/registry.js';

export interface PackOptions {
  /** Called after each image. */
  onProgress?: (done: number, total: number) => void;
}

export interface PackFacesOptions extends PackOptions {
  /** What becomes of a picture that cannot be decoded: `fail` unless said; `skip` leaves it out and says so. */
  onBadImage?: 'fail' | 'skip';
}

/** What was packed. */
export interface Packed {
  images: number;
  /** 0: unlabelled. */
  identities: number;
  /** Pixels; the same for every crop. */
  width: number;
  height: number;
  /** Pictures that could not be decoded and were left out. */
  skipped: number;
  /** What was passed over, a sentence each. */
  problems: string[];
}

/**
 * Packs aligned crops into a RecordIO training set: a folder of `identity/photo.jpg`, or any other location, such as the part
 * `train.rec?without=LIST` of a set. Every picture is decoded once, to see that it is whole; its bytes go in as they are, so nothing is
 * lost. `train.lst` keeps which file became which record.
 *
 * @param out the `.rec`, or the folder for `train.rec`
 * @throws DataError that names a picture which is damaged or of another size than the first.
 */
export async function packFaces(
  location: string,
  out: string,
  { onProgress, onBadImage = 'fail' }: PackFacesOptions = {},
): Promise<Packed> {
  const { base } = parseLocation(location);
  const problems = kindOf(base).problems?.(base, false) ?? [];
  const source = openSource(location);
  try {
    const isLabelled = source.identities > 0;
    if (isLabelled) refuseStrangers(source);
    const { good, size, bad } = await judge(source, onBadImage, onProgress);
    const faces = good.map((index) => {
      const name = source.imageName?.(index);
      return { identity: source.label(index), image: () => source.read(index), ...(name !== undefined && { name }) };
    });
    const written = writeFaces(out, faces, { ...size, isLabelled });
    return { ...written, ...size, skipped: bad.length, problems: [...problems, ...(source.notes ?? []), ...bad] };
  } finally {
    source.close();
  }
}

function refuseStrangers(source: FaceSource): void {
  for (let index = 0; index < source.length; index++) {
    if (!isUnlabelled(source, index)) continue;
    const reason = 'has faces without a label among labelled ones, which one training set cannot hold';
    throw new DataError({ file: source.name, reason, remedy: 'Pack the parts that are joined one by one' });
  }
}

/** Which images can be decoded, and their one size. */
async function judge(
  source: FaceSource,
  onBadImage: 'fail' | 'skip',
  onProgress: PackOptions['onProgress'],
): Promise<{ good: number[]; size: PictureSize; bad: string[] }> {
  const good: number[] = [];
  const bad: string[] = [];
  let first: (PictureSize & { place: string }) | undefined;
  for (let index = 0; index < source.length; index++) {
    const origin: Origin = source.place?.(index) ?? { file: source.name, record: `image ${index}` };
    const size = await sizeOf(source, index, origin).catch((error: unknown) => {
      if (onBadImage === 'fail' || !(error instanceof DataError)) throw error;
      bad.push(error.message);
      return undefined;
    });
    onProgress?.(index + 1, source.length);
    if (!size) continue;
    first ??= { ...size, place: source.imageName?.(index) ?? String(origin.record ?? origin.file) };
    if (size.width !== first.width || size.height !== first.height) {
      throw new DataError({
        ...origin,
        reason: `has ${size.width}x${size.height} pixels, but ${first.place} has ${first.width}x${first.height}`,
        remedy: 'A training set holds aligned crops of one size: align them, or take the odd ones out',
      });
    }
    good.push(index);
  }
  if (!first) throw new DataError({ file: source.name, reason: 'holds no picture that can be decoded' });
  return { good, size: { width: first.width, height: first.height }, bad };
}

async function sizeOf(source: FaceSource, index: number, origin: Origin): Promise<PictureSize> {
  const { width, height } = await decodePicture(source.read(index), origin);
  return { width, height };
}
