import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { DataError } from '../data-error.js';
import { readWhole } from '../formats/random-access-file.js';
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
    const isUnlabelled = layout.hasSummary && layout.identityKeys.length === 0 && largest === 0;
    return {
      name: basename(location),
      length: labels.length,
      identities: isUnlabelled ? 0 : largest + 1,
      label: (index) => labels[index] ?? outside({ name: path }, index, labels.length),
      read: (index) =>
        readImage(reader, layout.imageKeys[index] ?? outside({ name: path }, index, labels.length), labels[index]),
      place: (index) => ({ file: path, record: layout.imageKeys[index] ?? `image ${index}` }),
      imageName: lazily(() => readNames(path)),
      close: () => reader.close(),
    };
  } catch (error) {
    reader.close();
    throw error;
  }
}

/** Reads the names when the first one is asked for. */
function lazily(read: () => readonly string[]): (index: number) => string | undefined {
  let names: readonly string[] | undefined;
  return (index) => {
    names ??= read();
    return names[index];
  };
}

/** The images' names in the `.lst` beside the records, in their order (`flag TAB name TAB label`); none without that file. */
function readNames(recPath: string): string[] {
  const list = recPath.replace(/\.rec$/, '.lst');
  if (!existsSync(list)) return [];
  const lines = Buffer.from(readWhole(list)).toString('utf8').split('\n');
  return lines
    .filter((line) => line.trim() !== '')
    .map((line) => line.split('\t').find((cell) => !NUMBER.test(cell)) ?? '');
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
      remedy: 'The file is damaged: get it again',
    });
  }
  if (labels[0] !== expected) {
    const reason = `has the label ${labels[0]}, but stands among the images of identity ${expected}`;
    throw new DataError({
      file: reader.path,
      record: key,
      reason,
      remedy: 'The identity records are wrong: pack the set anew',
    });
  }
  return image;
}
