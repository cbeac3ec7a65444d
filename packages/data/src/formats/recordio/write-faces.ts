import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { AtomicFile } from '@pocketnet/files/node';
import { LARGEST_LABEL } from './face-records.js';
import type { RecordWriter } from './writer.js';
import { writeRecords } from './writer.js';

/** One encoded crop and whose it is. */
export interface Face {
  /** Class: a whole number from 0. */
  identity: number;
  /** The encoded JPEG or PNG, or how to get it when its turn comes: millions of crops do not fit in memory. */
  image: Uint8Array | (() => Uint8Array);
  /** Where it is from: its line in the `.lst`. */
  name?: string;
}

export interface WriteFacesOptions {
  /** Pixels, for the `property` file; 112 unless said. */
  width?: number;
  height?: number;
  /** Whether identities mean anything; true unless said. Without, there are no identity records and all labels are 0. */
  isLabelled?: boolean;
  /** Called after each image. */
  onProgress?: (done: number, total: number) => void;
}

const NOTHING = new Uint8Array();

/**
 * Writes a training set as InsightFace does: `train.rec`, `train.idx`, `train.lst` and `property`, images sorted by
 * identity (the order within one is kept), identities renumbered 0, 1, 2… without gaps.
 *
 * @param recPath the `.rec` to write, or the folder in which to write `train.rec`
 * @returns how many images and identities were written
 * @throws RangeError when there are no faces, an identity is no whole number, or there are more identities than the format's
 *   float32 labels can number (2²⁴). Beyond so many images the ranges of identities are rounded, as in other tools' sets;
 *   `readLabels` copes with that.
 */
export function writeFaces(
  recPath: string,
  faces: Iterable<Face>,
  { width = 112, height = 112, isLabelled = true, onProgress }: WriteFacesOptions = {},
): { images: number; identities: number } {
  const path = recPath.endsWith('.rec') ? recPath : join(recPath, 'train.rec');
  const sorted = sortByIdentity(faces);
  const companions = [path.replace(/\.rec$/, '.lst'), join(dirname(path), 'property')];
  const ranges = isLabelled ? identityRanges(sorted) : [[1, sorted.length + 1] as const];
  const identities = isLabelled ? ranges : [];
  const afterImages = sorted.length + 1;
  if (ranges.length > LARGEST_LABEL) {
    throw new RangeError(`${ranges.length} identities are too many: the format keeps labels in float32.`);
  }
  writeRecords(
    path,
    (writer, list, property) => {
      writer.write(0, { label: [afterImages, afterImages + identities.length] }, NOTHING);
      for (const [label, range] of ranges.entries()) writeIdentity(writer, list, sorted, label, range, onProgress);
      for (const [label, range] of identities.entries()) writer.write(afterImages + label, { label: range }, NOTHING);
      property?.write(Buffer.from(`${identities.length},${height},${width}\n`));
    },
    companions,
  );
  return { images: sorted.length, identities: identities.length };
}

/** Keys of an identity's images: first, last + 1. */
type KeyRange = readonly [first: number, end: number];

function sortByIdentity(faces: Iterable<Face>): Face[] {
  const sorted = [...faces].sort((a, b) => a.identity - b.identity);
  const wrong = sorted.find(({ identity }) => !Number.isSafeInteger(identity) || identity < 0);
  if (wrong) throw new RangeError(`A face has the identity ${wrong.identity}; it must be a whole number from 0.`);
  if (sorted.length === 0) throw new RangeError('There are no faces to write.');
  return sorted;
}

function identityRanges(sorted: readonly Face[]): KeyRange[] {
  const starts = sorted.flatMap(({ identity }, i) => (identity === sorted[i - 1]?.identity ? [] : [i + 1]));
  return starts.map((start, i) => [start, starts[i + 1] ?? sorted.length + 1]);
}

function writeIdentity(
  writer: RecordWriter,
  list: AtomicFile | undefined,
  sorted: readonly Face[],
  label: number,
  [first, end]: KeyRange,
  onProgress: WriteFacesOptions['onProgress'],
): void {
  for (const [i, { image, name }] of sorted.slice(first - 1, end - 1).entries()) {
    const key = first + i;
    writer.write(key, { label }, typeof image === 'function' ? image() : image);
    list?.write(Buffer.from(`1\t${name ?? `${label}/${key}`}\t${label}\n`));
    onProgress?.(key, sorted.length);
  }
}

/** The numbers of a `property` file, `classes,height,width`, where there is a readable one beside the `.rec`. */
export function readProperty(recPath: string): { identities: number; height: number; width: number } | undefined {
  const path = join(dirname(recPath), 'property');
  if (!existsSync(path)) return undefined;
  const [, identities, height, width] = /^(\d{1,9}),(\d{1,9}),(\d{1,9})\s*$/.exec(readFileSync(path, 'latin1')) ?? [];
  if (identities === undefined) return undefined;
  return { identities: Number(identities), height: Number(height), width: Number(width) };
}
