import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { DataError } from '../data-error.js';
import { LineFile } from '../formats/line-file.js';
import { readLabels, readLayout } from '../formats/recordio/face-records.js';
import { RecordReader } from '../formats/recordio/reader.js';
import type { FaceSource, SourceKind } from './face-source.js';
import { recordProblems } from './recordio-problems.js';
import { outside } from './subset.js';

export const recordIO: SourceKind = {
  name: 'recordio',
  locations: 'a RecordIO file (train.rec) or a folder that holds one',
  matches: (location) => location.endsWith('.rec') || existsSync(join(location, 'train.rec')),
  open: openRecordIO,
  hasRawLabels: true,
  problems: (location, deep) => recordProblems(recPathOf(location), deep),
};

/** A `.rec` file itself, or `train.rec` in a folder. */
function recPathOf(location: string): string {
  const inside = join(location, 'train.rec');
  return existsSync(inside) ? inside : location;
}

/**
 * Opens the faces of a RecordIO file, as InsightFace and MXNet's `im2rec` write them. Its `.idx` is used where there is
 * one, else the records are walked through. A set without identity records whose images all carry label 0 is unlabelled.
 *
 * @param location the `.rec`, or a folder that holds `train.rec`
 * @throws DataError when the file cannot be read as faces.
 */
export function openRecordIO(location: string): FaceSource {
  const path = recPathOf(location);
  const reader = new RecordReader(path);
  try {
    const layout = readLayout(reader);
    const labels = readLabels(reader, layout);
    const largest = labels.reduce((largest, label) => Math.max(largest, label), 0);
    const names = namesOf(path);
    const isUnlabelled = layout.hasSummary && layout.identityKeys.length === 0 && largest === 0;
    return {
      name: basename(location),
      length: labels.length,
      identities: isUnlabelled ? 0 : largest + 1,
      label: (index) => labels[index] ?? outside({ name: path }, index, labels.length),
      read: (index) =>
        readImage(reader, layout.imageKeys[index] ?? outside({ name: path }, index, labels.length), labels[index]),
      place: (index) => ({ file: path, record: layout.imageKeys[index] ?? `image ${index}`, remedy: REMEDY }),
      imageName: (index) => names.of(index),
      close() {
        reader.close();
        names.close();
      },
    };
  } catch (error) {
    reader.close();
    throw error;
  }
}

/** What can be done about one record among thousands: it cannot be replaced. */
const REMEDY =
  'Leave it out: "data inspect LOCATION --deep --bad LIST" lists such records for LOCATION?without=LIST, which "data pack" packs anew; ' +
  'or train with data.onBadImage: skip';

/**
 * The images' names in the `.lst` beside the records, in their order (`flag TAB name TAB label`); none without that file. It is opened
 * when the first name is asked for, and may be larger than a string can be.
 */
function namesOf(recPath: string): { of(index: number): string | undefined; close(): void } {
  const list = recPath.replace(/\.rec$/, '.lst');
  let lines: LineFile | undefined;
  return {
    of(index) {
      if (lines === undefined && !existsSync(list)) return undefined;
      lines ??= new LineFile(list);
      const cells = lines.line(index)?.split('\t');
      return cells && (cells.find((cell) => !NUMBER.test(cell)) ?? '');
    },
    close: () => lines?.close(),
  };
}

const NUMBER = /^\s*[\d.eE+-]*\s*$/;

/** Checks what opening took from the identity records alone: that the image is there and belongs to its identity. */
function readImage(reader: RecordReader, key: number, expected: number | undefined): Uint8Array {
  const { image, labels } = reader.read(key);
  if (image.length === 0) {
    throw new DataError({
      file: reader.path,
      record: key,
      reason: 'holds no image',
      remedy: REMEDY,
    });
  }
  if (labels[0] !== expected) {
    const reason = `has the label ${labels[0]}, but stands among the images of identity ${expected}`;
    throw new DataError({
      file: reader.path,
      record: key,
      reason,
      remedy: REMEDY,
    });
  }
  return image;
}
