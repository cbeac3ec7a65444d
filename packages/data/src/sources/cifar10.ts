import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DataError } from '../data-error.js';
import { GENERATED_QUALITY } from '../faces/pairs.js';
import { readWhole } from '../formats/random-access-file.js';
import { encodeJpegSync } from '../picture/formats/jpeg.js';
import { blankPicture, type Picture } from '../picture/picture.js';
import type { FaceSource, SourceKind } from './face-source.js';
import { outside } from './subset.js';

const SIDE = 32;
const PLANE = SIDE * SIDE;
/** A label, then red, green and blue, each row by row (Krizhevsky 2009, the binary version). */
const RECORD = 1 + 3 * PLANE;
const CLASSES = 10;
const BATCH = /^(data_batch_\d+|test_batch)\.bin$/;
const LARGEST_BATCH = 1 << 30;

export const cifar10: SourceKind = {
  name: 'cifar10',
  locations: "a folder of CIFAR-10's binary files (data_batch_1.bin …), or one of them",
  matches: (location) => BATCH.test(basename(location)) || existsSync(join(location, 'data_batch_1.bin')),
  open: openCifar10,
};

/**
 * Opens CIFAR-10: of a folder the training batches in their order, or the one file that is named, `test_batch.bin` say. The pictures come as
 * they are; `read` encodes them as JPEG, for what wants files.
 *
 * @throws DataError that names the file and record which is no CIFAR-10.
 */
export function openCifar10(location: string): FaceSource {
  const isFile = BATCH.test(basename(location));
  const folder = isFile ? dirname(location) : location;
  const files = isFile
    ? [basename(location)]
    : readdirSync(location)
        .filter((name) => /^data_batch_\d+\.bin$/.test(name))
        .sort();
  const records = files.flatMap((file) => recordsIn(join(folder, file)));
  const at = (index: number): FileRecord => records[index] ?? outside({ name: location }, index, records.length);
  return {
    name: basename(location),
    length: records.length,
    identities: CLASSES,
    label: (index) => at(index).bytes[0] ?? 0,
    picture: (index) => pictureIn(at(index).bytes),
    read: (index) => encodeJpegSync(pictureIn(at(index).bytes), GENERATED_QUALITY),
    place: (index) => ({ file: at(index).file, record: at(index).number }),
    close: () => {},
  };
}

interface FileRecord {
  file: string;
  number: number;
  bytes: Uint8Array;
}

function recordsIn(file: string): FileRecord[] {
  const bytes = readWhole(file, LARGEST_BATCH);
  if (bytes.length === 0 || bytes.length % RECORD !== 0) {
    const reason = `is ${bytes.length} bytes long, which is no number of CIFAR-10 records of ${RECORD}`;
    throw new DataError({ file, reason, remedy: 'Get the binary version of CIFAR-10 again' });
  }
  return Array.from({ length: bytes.length / RECORD }, (_, number) => {
    const record = bytes.subarray(number * RECORD, (number + 1) * RECORD);
    const [label = CLASSES] = record;
    if (label < CLASSES) return { file, number, bytes: record };
    throw new DataError({ file, record: number, reason: `has the class ${label}; CIFAR-10 has 0 to ${CLASSES - 1}` });
  });
}

/** Planes to pixels. */
function pictureIn(record: Uint8Array): Picture {
  const picture = blankPicture(SIDE, SIDE);
  for (let pixel = 0; pixel < PLANE; pixel++)
    for (let colour = 0; colour < 3; colour++)
      picture.data[3 * pixel + colour] = record[1 + colour * PLANE + pixel] ?? 0;
  return picture;
}
