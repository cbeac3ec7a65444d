import { DataError } from '../../data-error.js';
import type { RecordReader } from './reader.js';

/**
 * Where the faces are in a RecordIO file. InsightFace's layout (`face2rec2.py`), for N images of C people:
 *
 *     key 0              flag 2, labels [N+1, N+1+C], no image
 *     keys 1 … N         the images, by identity; label = class, or [class, aligned]
 *     keys N+1 … N+C     flag 2, labels [first key, last key + 1] of one identity, no image
 *
 * Without such a record 0, as `im2rec` writes, every record is an image.
 */
export interface FaceLayout {
  /** Key of each image. */
  imageKeys: Float64Array;
  /** Keys of the identity records; empty in a file of `im2rec`, and in an unlabelled set. */
  identityKeys: Float64Array;
  /** Whether record 0 is InsightFace's. */
  hasSummary: boolean;
}

/** Reads record 0. @throws DataError when it contradicts the index. */
export function readLayout(reader: RecordReader): FaceLayout {
  const { index } = reader;
  const first = index.offset(0) === undefined ? undefined : reader.read(0);
  if (first === undefined || first.flag < 2 || first.image.length > 0) {
    return { imageKeys: index.keys, identityKeys: new Float64Array(), hasSummary: false };
  }
  const [statedImages = 0, statedIdentities = 0] = first.labels;
  if (!isKey(statedImages) || !isKey(statedIdentities) || statedImages < 1 || statedIdentities < statedImages) {
    throw wrongSummary(
      reader,
      `states labels [${statedImages}, ${statedIdentities}], which are not the ends of images and identities`,
    );
  }
  const imagesEnd = nearest(statedImages, (key) => !holds(reader, key) || isIdentity(reader, key)) ?? statedImages;
  const identitiesEnd =
    nearest(statedIdentities, (key) => key >= imagesEnd && !(holds(reader, key) && isIdentity(reader, key))) ??
    statedIdentities;
  return {
    imageKeys: keysBetween(reader, 1, imagesEnd, 'images'),
    identityKeys: keysBetween(reader, imagesEnd, identitiesEnd, 'identity records'),
    hasSummary: true,
  };
}

/** float32 holds every whole number up to 2²⁴; above it keys that went through it, as all tools write them, are rounded. */
const EXACT = 2 ** 24;

/** How far a key may lie from what float32 made of it: at most by what its neighbours are apart. */
const roundingAt = (stated: number): number => (stated < EXACT ? 0 : 2 ** (Math.floor(Math.log2(stated)) - 23));

/** The first key that is `right` among those which float32 may have rounded to `stated`; where it rounds nothing, `stated`. */
function nearest(stated: number, right: (key: number) => boolean): number | undefined {
  const step = roundingAt(stated);
  if (step === 0) return stated;
  for (let key = stated - step; key <= stated + step; key++) if (right(key)) return key;
  return undefined;
}

const holds = (reader: RecordReader, key: number): boolean => reader.index.offset(key) !== undefined;

function isIdentity(reader: RecordReader, key: number): boolean {
  const { flag, image } = reader.read(key);
  return flag === 2 && image.length === 0;
}

function isKey(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function keysBetween(reader: RecordReader, start: number, end: number, what: string): Float64Array {
  const keys = reader.index.keys.subarray(reader.index.position(start), reader.index.position(end));
  if (keys.length === end - start) return keys;
  throw wrongSummary(
    reader,
    `states ${end - start} ${what} (keys ${start} to ${end - 1}), of which the index has ${keys.length}`,
  );
}

function wrongSummary(reader: RecordReader, reason: string): DataError {
  const remedy = 'The .rec or its .idx is truncated or belongs to another: get both again';
  return new DataError({ file: reader.path, record: 0, reason, remedy });
}

/** The class of each image, in the order of `layout.imageKeys`. */
export function readLabels(reader: RecordReader, layout: FaceLayout): Int32Array {
  return labelsByIdentity(reader, layout) ?? labelsByImage(reader, layout.imageKeys);
}

function labelsByImage(reader: RecordReader, keys: Float64Array): Int32Array {
  return Int32Array.from(keys, (key) => checkedLabel(reader, key));
}

/**
 * With identity records only the first and the last image of each identity need to be looked at: 171 thousand reads for MS1MV2 instead
 * of 5.8 million. Where float32 has rounded a range, the labels of the images at its end say where that is. Undefined where the ranges
 * do not cover all images in order, or contradict the images' own labels, which then count.
 */
function labelsByIdentity(reader: RecordReader, { imageKeys, identityKeys }: FaceLayout): Int32Array | undefined {
  const labels = new Int32Array(imageKeys.length);
  const imagesEnd = imageKeys.length + 1;
  let next = 1;
  for (const key of identityKeys) {
    const { labels: range, flag, image } = reader.read(key);
    const [start = 0, stated = 0] = range;
    if (flag !== 2 || image.length > 0 || !isKey(stated) || !(Math.abs(start - next) <= roundingAt(start))) {
      return undefined;
    }
    if (next >= imagesEnd) return undefined;
    const label = checkedLabel(reader, next);
    const first = next;
    const end = nearest(stated, (near) => near > first && (near >= imagesEnd || checkedLabel(reader, near) !== label));
    if (end === undefined || end <= next || end > imagesEnd || checkedLabel(reader, end - 1) !== label)
      return undefined;
    labels.fill(label, next - 1, end - 1);
    next = end;
  }
  return next === imagesEnd ? labels : undefined;
}

/** The last of the labels that float32 tells apart, which is also more people than any set has. */
export const LARGEST_LABEL = EXACT;

/** The label of image `key`. @throws DataError when it is no class. */
function checkedLabel(reader: RecordReader, key: number): number {
  const label = reader.label(key);
  if (Number.isInteger(label) && label >= 0 && label <= LARGEST_LABEL) return label;
  throw new DataError({
    file: reader.path,
    record: key,
    reason: `has the label ${label}, which is no class (a whole number from 0 to ${LARGEST_LABEL})`,
    remedy:
      label > LARGEST_LABEL
        ? 'float32, which records keep labels in, runs such ids together: number the people from 0 and pack the set anew'
        : 'The file is damaged or holds no faces labelled by identity',
  });
}
