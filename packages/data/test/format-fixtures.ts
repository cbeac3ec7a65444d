import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { blankPicture, encodeJpegSync } from '@pocketnet/data';
import { Random } from '@pocketnet/files';
import { afterAll } from 'vitest';

/** A new folder that is removed when the tests of the file are over. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'pocketnet-formats-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A black JPEG; `extra` bytes stand in a comment. */
export function jpegShell(width = 112, height = 112, extra: Uint8Array = new Uint8Array()): Uint8Array {
  const size = `${width}x${height}`;
  const black = blacks.get(size) ?? encodeJpegSync(blankPicture(width, height));
  blacks.set(size, black);
  const comment = Buffer.concat([Buffer.from([0xff, 0xfe, (extra.length + 2) >> 8, (extra.length + 2) & 255]), extra]);
  return new Uint8Array(Buffer.concat([black.subarray(0, 2), comment, black.subarray(2)]));
}

const blacks = new Map<string, Uint8Array>();

/** `count` different shells. */
export function jpegShells(count: number, random = new Random(count)): Uint8Array[] {
  return Array.from({ length: count }, (_, i) => {
    const extra = Uint8Array.from({ length: 4 + random.int(40) }, () => random.int(256));
    extra.set([i & 255, i >> 8]);
    return jpegShell(112, 112, extra);
  });
}

/** Writes `identity/photo.jpg` files: `counts[i]` photos of person i. Returns the photos in order. */
export function writeImageFolder(folder: string, counts: readonly number[]): Uint8Array[] {
  const photos = jpegShells(counts.reduce((sum, n) => sum + n, 0));
  let next = 0;
  for (const [person, count] of counts.entries()) {
    for (let i = 1; i <= count; i++) {
      const name = `person${String(person).padStart(2, '0')}`;
      const path = join(folder, name, `${name}_${String(i).padStart(4, '0')}.jpg`);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, photos[next++] ?? '');
    }
  }
  return photos;
}

/** A binary file of CIFAR-10: records whose red is the label, green the column and blue the record's number. */
export const cifar10Batch = (labels: readonly number[]): Buffer =>
  Buffer.concat(
    labels.map((label, number) =>
      Buffer.from([
        label,
        ...Array(1024).fill(label),
        ...Array.from({ length: 1024 }, (_, i) => i % 32),
        ...Array(1024).fill(number),
      ]),
    ),
  );
