import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  DataError,
  decodeRecord,
  encodeRecord,
  openRecordIO,
  RecordIndex,
  RecordReader,
  readIndex,
  readLabels,
  readLayout,
  readProperty,
  writeFaces,
  writeRecords,
} from '@pocketnet/data';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jpegShells, temporaryFolder } from './format-fixtures.js';

const folder = temporaryFolder();
const MAGIC = Buffer.from([0x0a, 0x23, 0xd7, 0xce]);

/** Payload bytes in which the magic is frequent, at multiples of 4 and elsewhere. */
const payloads = fc
  .array(fc.oneof(fc.constant(MAGIC), fc.uint8Array({ maxLength: 9 })), { maxLength: 12 })
  .map((pieces) => new Uint8Array(Buffer.concat(pieces)));

describe('RecordIO', () => {
  it('gives back every payload and label that was written, also where the payload holds the magic', () => {
    const path = join(folder, 'any.rec');
    const label = fc.oneof(
      fc.integer({ min: 0, max: 1e6 }),
      fc.array(fc.float({ noNaN: true }), { minLength: 1, maxLength: 4 }),
    );
    fc.assert(
      fc.property(fc.array(fc.record({ label, image: payloads }), { minLength: 1, maxLength: 8 }), (records) => {
        writeRecords(path, (writer) => {
          for (const [key, { label, image }] of records.entries()) writer.write(key, { label }, image);
        });
        const reader = new RecordReader(path);
        for (const [key, { label, image }] of records.entries()) {
          const record = reader.read(key);
          expect(Buffer.from(record.image).equals(image)).toBe(true);
          expect(Array.from(record.labels)).toEqual(typeof label === 'number' ? [label] : label);
          expect(record.id).toBe(BigInt(key));
          expect(reader.label(key)).toBe(record.labels[0]);
        }
        reader.close();
      }),
      { numRuns: 150 },
    );
  });

  it('cuts a payload at the aligned magic into parts with flags 1, 2 and 3, as dmlc-core does', () => {
    const path = join(folder, 'parts.rec');
    const image = Buffer.concat([MAGIC, Buffer.from('abcd'), MAGIC, Buffer.from('xyz')]);
    writeRecords(path, (writer) => writer.write(0, { label: 7 }, image));
    const bytes = readFileSync(path);
    const heads = [0, 8 + 24, 8 + 24 + 8 + 4].map((at) => [bytes.readUInt32LE(at), bytes.readUInt32LE(at + 4)]);
    expect(heads).toEqual([
      [0xced7230a, (1 << 29) | 24],
      [0xced7230a, (2 << 29) | 4],
      [0xced7230a, ((3 << 29) | 3) >>> 0],
    ]);
    expect(bytes.length).toBe(8 + 24 + 8 + 4 + 8 + 4); // the last part is padded
  });

  it('lays out a whole record byte by byte as MXNet does', () => {
    const path = join(folder, 'one.rec');
    writeRecords(path, (writer) => writer.write(3, { label: [1, 2], id2: 9n }, Buffer.from('JPG')));
    expect(readFileSync(path).toString('hex')).toBe(
      '0a23d7ce' +
        '23000000' +
        '02000000' +
        '00000000' +
        '0300000000000000' +
        '0900000000000000' +
        '0000803f00000040' +
        '4a504700',
    );
    expect(readFileSync(join(folder, 'one.idx'), 'latin1')).toBe('3\t0\n');
  });

  it('takes its own encoding of a record apart again', () => {
    const payload = encodeRecord({ label: [5, 1], id: 2n ** 64n - 1n, id2: 3n }, Uint8Array.of(1, 2, 3));
    expect(decodeRecord(payload)).toEqual({
      flag: 2,
      labels: Float32Array.of(5, 1),
      id: 2n ** 64n - 1n,
      id2: 3n,
      image: Uint8Array.of(1, 2, 3),
    });
    expect(() => decodeRecord(payload.subarray(0, 30))).toThrow(/states 2 labels, which need 32/);
  });

  it('finds the records without an .idx, by walking through them', () => {
    const path = join(folder, 'scan.rec');
    const images = jpegShells(20);
    writeFaces(
      path,
      images.map((image, i) => ({ identity: i >> 2, image })),
    );
    const withIndex = new RecordReader(path).index;
    rmSync(join(folder, 'scan.idx'));
    expect(new RecordReader(path).index).toEqual(withIndex);
    const source = openRecordIO(path);
    expect(source.read(13)).toEqual(images[13]);
    source.close();
  });
});

describe('writeFaces', () => {
  it('writes record 0, images by identity, identity records, .idx, .lst and property as InsightFace does', () => {
    const path = join(folder, 'set', 'train.rec');
    const [a, b, c, d] = jpegShells(4);
    const faces = [
      { identity: 9, image: a, name: 'nine/a' },
      { identity: 4, image: b, name: 'four/b' },
      { identity: 9, image: () => c, name: 'nine/c' },
      { identity: 4, image: d, name: 'four/d' },
    ];
    expect(writeFaces(join(folder, 'set'), faces as Parameters<typeof writeFaces>[1])).toEqual({
      images: 4,
      identities: 2,
    });
    const reader = new RecordReader(path);
    const read = (key: number) => reader.read(key);
    expect(Array.from(read(0).labels)).toEqual([5, 7]);
    expect([1, 2, 3, 4].map((key) => Buffer.from(read(key).image))).toEqual(
      [b, d, a, c].map((image) => Buffer.from(image ?? '')),
    );
    expect([1, 2, 3, 4].map((key) => read(key).labels[0])).toEqual([0, 0, 1, 1]);
    expect([5, 6].map((key) => Array.from(read(key).labels))).toEqual([
      [1, 3],
      [3, 5],
    ]);
    expect([0, 5, 6].map((key) => read(key).image.length)).toEqual([0, 0, 0]);
    expect(readProperty(path)).toEqual({ identities: 2, height: 112, width: 112 });
    expect(readFileSync(path.replace('.rec', '.lst'), 'utf8')).toBe(
      '1\tfour/b\t0\n1\tfour/d\t0\n1\tnine/a\t1\n1\tnine/c\t1\n',
    );
    reader.close();
  });

  it('leaves the old set alone, and nothing beside it, when an image cannot be had', () => {
    const path = join(folder, 'kept', 'train.rec');
    writeFaces(
      path,
      jpegShells(3).map((image) => ({ identity: 0, image })),
    );
    const before = readFileSync(path);
    const fail = () => {
      throw new Error('the camera is broken');
    };
    expect(() => writeFaces(path, [{ identity: 0, image: fail }])).toThrow('the camera is broken');
    expect(readFileSync(path)).toEqual(before);
    expect(openRecordIO(path).length).toBe(3);
    expect(readdirSync(join(folder, 'kept')).sort()).toEqual(['property', 'train.idx', 'train.lst', 'train.rec']);
  });

  it('refuses no faces, and identities that are no whole numbers', () => {
    expect(() => writeFaces(join(folder, 'x.rec'), [])).toThrow('no faces');
    expect(() => writeFaces(join(folder, 'x.rec'), [{ identity: -1, image: Uint8Array.of(1) }])).toThrow('identity -1');
  });
});

describe('a damaged RecordIO set', () => {
  const path = join(folder, 'damaged', 'train.rec');
  const idx = path.replace('.rec', '.idx');
  const fresh = () =>
    writeFaces(
      path,
      jpegShells(6).map((image, i) => ({ identity: i >> 1, image })),
    );

  const complaint = (): DataError => {
    try {
      const source = openRecordIO(path);
      for (let i = 0; i < source.length; i++) source.read(i);
    } catch (error) {
      if (error instanceof DataError) return error;
      throw error;
    }
    throw new Error('nothing was found wrong');
  };

  it('is named with the record when it is truncated', () => {
    fresh();
    const offset = readIndex(idx).offset(6) ?? 0;
    rmSync(idx);
    writeFileSync(path, readFileSync(path).subarray(0, offset + 20));
    expect(complaint()).toMatchObject({
      file: path,
      record: 6,
      reason: expect.stringMatching(/past the end of the file/),
    });
    expect(complaint().message).toMatch(/train\.rec, record 6: .*truncated/);
  });

  it('is named with the record when the magic is gone', () => {
    fresh();
    const bytes = readFileSync(path);
    bytes[readIndex(idx).offset(4) ?? 0] = 0;
    writeFileSync(path, bytes);
    expect(complaint()).toMatchObject({ record: 4, reason: expect.stringMatching(/no record starts at/) });
  });

  it('is named with the line when the .idx is another file’s', () => {
    fresh();
    writeFileSync(idx, '0\t0\n1\t99999999\n');
    expect(complaint().message).toMatch(/train\.idx, line 2: points to byte 99999999, past the end .*Remove the \.idx/);
    writeFileSync(idx, '0\t0\n1\t0\n');
    expect(complaint().message).toMatch(/line 2: repeats offset 0/);
    writeFileSync(idx, 'hello\n');
    expect(complaint().message).toMatch(/line 1: is not "key TAB offset"/);
  });

  it('is named when the .idx has fewer records than record 0 says', () => {
    fresh();
    writeFileSync(idx, readFileSync(idx, 'utf8').split('\n').slice(0, 5).join('\n'));
    expect(complaint()).toMatchObject({
      record: 0,
      reason: expect.stringMatching(/states 6 images.*of which the index has 4/),
    });
  });

  it('is named when an image stands among those of another identity', () => {
    const images = jpegShells(3);
    writeRecords(path, (writer) => {
      writer.write(0, { label: [4, 5] }, new Uint8Array());
      for (const [key, label] of [1, 2, 1].entries()) writer.write(key + 1, { label }, images[key] ?? new Uint8Array());
      writer.write(4, { label: [1, 4] }, new Uint8Array());
    });
    expect(complaint()).toMatchObject({
      record: 2,
      reason: expect.stringMatching(/label 2, but stands among .* identity 1/),
      remedy: expect.stringMatching(/\?without=LIST.*data pack.*onBadImage/),
    });
  });

  it('with ranges of identities that lie one image off has the labels of its images', () => {
    const images = jpegShells(6);
    writeRecords(path, (writer) => {
      writer.write(0, { label: [7, 9] }, new Uint8Array());
      for (const [i, image] of images.entries()) writer.write(i + 1, { label: i < 3 ? 0 : 1 }, image);
      writer.write(7, { label: [1, 3] }, new Uint8Array());
      writer.write(8, { label: [3, 7] }, new Uint8Array());
    });
    const source = openRecordIO(path);
    expect(Array.from({ length: 6 }, (_, i) => source.label(i))).toEqual([0, 0, 0, 1, 1, 1]);
    expect(source.read(2)).toEqual(images[2]);
    source.close();
  });
});

describe('a RecordIO set of more images than float32 can number', () => {
  // Its index is written here: the first person's 16.8 million keys all lead to one record, as no reader of keys can tell.
  const path = join(folder, 'large.rec');
  const first = 2 ** 24 + 2;
  const sizes = [9, 7, 4, 1, 6];
  const images = first + sizes.reduce((sum, size) => sum + size, 0);
  const people = 1 + sizes.length;
  const none = new Uint8Array();
  const image = Uint8Array.of(1);

  const open = (addImages = 0): RecordReader => {
    const rounded = { images: images + 1, identities: images + 1 + people };
    const ends = [0, 1, 2, 3, 4, 5].map((n) => first + 1 + sizes.slice(0, n).reduce((sum, size) => sum + size, 0));
    const bounds = [1, ...ends].slice(0, -1).map((begin, i) => [begin, ends[i] ?? 0]);
    writeRecords(path, (writer) => {
      writer.write(0, { label: [rounded.images + addImages, rounded.identities + addImages] }, none);
      writer.write(1, { label: 0 }, image);
      for (const [i, size] of sizes.entries()) {
        for (let n = 0; n < size; n++) writer.write((ends[i] ?? 0) + n, { label: i + 1 }, image);
      }
      for (const [i, range] of bounds.entries()) writer.write(images + 1 + i, { label: range }, none);
    });
    const written = readIndex(path.replace('.rec', '.idx'));
    const keys = Float64Array.from({ length: images + 1 + people }, (_, key) => key);
    const offsets = new Float64Array(keys.length).fill(written.offset(1) ?? 0);
    for (const key of written.keys) offsets[key] = written.offset(key) ?? 0;
    return new RecordReader(path, new RecordIndex(keys, offsets));
  };

  it.each([0, 1])('has each image, the people that its records say, and their true ends (ends %i off)', (off) => {
    const reader = open(off);
    const layout = readLayout(reader);
    expect([layout.imageKeys.length, layout.identityKeys.length]).toEqual([images, people]);
    const labels = readLabels(reader, layout);
    const counts = new Int32Array(people);
    for (const label of labels) counts[label] = (counts[label] ?? 0) + 1;
    expect([...counts]).toEqual([first, ...sizes]);
    expect(labels[first]).toBe(1);
    expect(labels[first - 1]).toBe(0);
    reader.close();
  });
});
