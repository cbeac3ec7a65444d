import { FileError, numpyClasses, PickledArray, PickledText, readPickle } from '@pocketnet/files';
import { type AtomicFile, writeAtomically } from '@pocketnet/files/node';
import { DataError } from '../data-error.js';
import { readWhole } from './random-access-file.js';

/** A verification set: image 2p and image 2p + 1 are pair p. */
export interface PairSet {
  /** 2P encoded JPEG or PNG pictures. An image that the file holds once and uses often is one and the same array. */
  images: Uint8Array[];
  /** P answers: whether the pair shows one person. */
  same: boolean[];
}

/**
 * Reads InsightFace's `.bin`: a pickle, of any protocol and of Python 2 or 3, of a list of encoded images (byte strings or
 * numpy uint8 arrays) and a list of booleans. Nothing in it is executed. The images are views on one buffer.
 *
 * @throws DataError that names the file and the image at fault.
 */
export function readPairs(path: string): PairSet {
  const content = parse(path, readWhole(path));
  const [images, same] = Array.isArray(content) ? (content as unknown[]) : [];
  const imageList = items(images);
  const sameList = items(same);
  if (!Array.isArray(content) || content.length !== 2 || !imageList || !sameList) {
    throw foreign(path, undefined, 'is a pickle, but not of a list of images and a list of booleans');
  }
  if (imageList.length !== 2 * sameList.length) {
    throw foreign(
      path,
      undefined,
      `holds ${imageList.length} images for ${sameList.length} pairs, which need ${2 * sameList.length}`,
    );
  }
  if (sameList.length === 0) throw foreign(path, undefined, 'holds no pairs');
  return {
    images: imageList.map(
      (value, i) => imageOf(value) ?? fail(path, `image ${i}`, 'is no encoded picture (bytes or uint8 array)'),
    ),
    same: sameList.map(
      (value, i) => truthOf(value) ?? fail(path, `pair ${i}`, 'is marked with something that is no boolean'),
    ),
  };
}

function parse(path: string, bytes: Uint8Array): unknown {
  try {
    return readPickle(bytes, path, numpyClasses).value;
  } catch (error) {
    if (error instanceof FileError) throw foreign(path, undefined, error.problem, error);
    throw error;
  }
}

function fail(path: string, record: string, reason: string): never {
  throw foreign(path, record, reason);
}

function foreign(path: string, record: string | undefined, reason: string, cause?: Error): DataError {
  const remedy = 'The file is truncated, damaged or no .bin of pairs: get it again, or make one with "data pairs"';
  return new DataError({ file: path, record, reason, remedy }, { cause });
}

/** The elements of a list, or of a numpy array of one axis. */
function items(value: unknown): readonly unknown[] | undefined {
  if (Array.isArray(value)) return value;
  if (!(value instanceof PickledArray) || value.shape.length !== 1) return undefined;
  if (Array.isArray(value.data)) return value.data;
  return value.type.bytes === 1 ? Array.from(value.data) : undefined;
}

function imageOf(value: unknown): Uint8Array | undefined {
  if (value instanceof PickledText) return nonEmpty(value.latin1);
  if (value instanceof Uint8Array) return nonEmpty(value);
  if (value instanceof PickledArray && value.type.code === 'u1' && value.data instanceof Uint8Array) {
    return nonEmpty(value.data);
  }
  return undefined;
}

function nonEmpty(bytes: Uint8Array): Uint8Array | undefined {
  return bytes.length > 0 ? bytes : undefined;
}

/** Python's True, a numpy bool, or a number that is 0 or 1. */
function truthOf(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (value instanceof PickledArray && value.data instanceof Uint8Array && value.shape.every((side) => side === 1)) {
    return truthOfBytes(value.data);
  }
  return value === 1 ? true : value === 0 ? false : undefined;
}

/** A bool of one byte, or a little-endian number that is 0 or 1. */
function truthOfBytes([lowest, ...others]: Uint8Array): boolean | undefined {
  return others.some((byte) => byte !== 0) ? undefined : truthOf(lowest ?? null);
}

const MOST_IN_A_FILE = 2 ** 31 - 1;

/**
 * Writes InsightFace's `.bin` as Python 2 did, in protocol 2: `pickle.load(file, encoding='bytes')` reads it. An image that
 * several pairs use (the same array) is stored once.
 *
 * @throws RangeError when there are not two images for each answer.
 */
export function writePairs(path: string, { images, same }: PairSet): void {
  if (images.length !== 2 * same.length || same.length === 0) {
    throw new RangeError(
      `${same.length} pairs need ${2 * same.length} images and at least one pair; there are ${images.length} images.`,
    );
  }
  if ([...new Set(images)].reduce((sum, image) => sum + image.length, 0) > MOST_IN_A_FILE - 2 ** 20) {
    throw new RangeError('The pairs take more than 2 GB; write them into several files.');
  }
  writeAtomically([path], (file) => {
    if (!file) throw new Error('writeAtomically gives a file for each path');
    file.write(Uint8Array.of(0x80, 2));
    writeList(file, imageOpcodes(images));
    writeList(file, same.map((answer) => [Uint8Array.of(answer ? 0x88 : 0x89)]).values());
    file.write(Uint8Array.of(0x86, code('.'))); // a tuple of the two; the end
  });
}

function* imageOpcodes(images: readonly Uint8Array[]): Generator<Uint8Array[]> {
  const uses = new Map<Uint8Array, number>();
  for (const image of images) uses.set(image, (uses.get(image) ?? 0) + 1);
  const memo = new Map<Uint8Array, number>();
  for (const image of images) {
    const key = memo.get(image);
    if (key !== undefined) {
      yield [withNumber('j', key)];
    } else if ((uses.get(image) ?? 0) > 1) {
      memo.set(image, memo.size);
      yield [withNumber('T', image.length), image, withNumber('r', memo.size - 1)];
    } else {
      yield [withNumber('T', image.length), image];
    }
  }
}

/** Python appends at most so many elements at once, which bounds its stack. */
const BATCH = 1000;

function writeList(file: AtomicFile, elements: Iterable<Uint8Array[]>): void {
  file.write(Uint8Array.of(code(']')));
  let inBatch = 0;
  for (const element of elements) {
    if (inBatch === 0) file.write(Uint8Array.of(code('(')));
    for (const piece of element) file.write(piece);
    inBatch = (inBatch + 1) % BATCH;
    if (inBatch === 0) file.write(Uint8Array.of(code('e')));
  }
  if (inBatch > 0) file.write(Uint8Array.of(code('e')));
}

function code(opcode: string): number {
  return opcode.charCodeAt(0);
}

/** An opcode and its little-endian uint32. */
function withNumber(opcode: string, value: number): Uint8Array {
  const bytes = new Uint8Array(5);
  bytes[0] = code(opcode);
  new DataView(bytes.buffer).setUint32(1, value, true);
  return bytes;
}
