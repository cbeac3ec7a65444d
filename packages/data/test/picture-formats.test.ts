import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  DataError,
  decodePicture,
  drawFace,
  encodeJpegSync,
  inspect,
  isPictureName,
  MAX_PIXELS,
  type Picture,
  pictureFormats,
  pictureSize,
} from '@pocketnet/data';
import { Random } from '@pocketnet/files';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { cpuTime } from '../../../testing/cpu-time.js';
import { mutate } from '../../../testing/damage.js';
import { type BitmapOptions, bitmap } from './bitmaps.js';
import { temporaryFolder } from './format-fixtures.js';

const folder = temporaryFolder();
const face = drawFace(3, 1);
const raw = sharp(face.data, { raw: { width: 112, height: 112, channels: 3 } });
const at = ({ data, width }: Picture, x: number, y: number, c: number): number => data[3 * (y * width + x) + c] ?? 0;
const rgb = (picture: Picture) => (x: number, y: number) =>
  (at(picture, x, y, 0) << 16) | (at(picture, x, y, 1) << 8) | at(picture, x, y, 2);

/** The face in each registered format, and how far its pixels may be off. */
const samples: Record<string, { bytes: Uint8Array; tolerance: number }> = {
  jpeg: { bytes: encodeJpegSync(face, 95), tolerance: 2.5 },
  png: { bytes: await raw.clone().png().toBuffer(), tolerance: 0 },
  webp: { bytes: await raw.clone().webp({ lossless: true }).toBuffer(), tolerance: 0 },
  gif: { bytes: await raw.clone().gif().toBuffer(), tolerance: 6 },
  tiff: { bytes: await raw.clone().tiff({ compression: 'lzw' }).toBuffer(), tolerance: 0 },
  avif: { bytes: await raw.clone().avif({ lossless: true }).toBuffer(), tolerance: 3 },
  bmp: { bytes: bitmap(face, rgb(face), { bits: 24 }), tolerance: 0 },
};

function meanError(a: Picture, b: Picture): number {
  expect([a.width, a.height, a.data.length]).toEqual([b.width, b.height, b.data.length]);
  return a.data.reduce((sum, value, i) => sum + Math.abs(value - (b.data[i] ?? 0)), 0) / a.data.length;
}

describe.each(pictureFormats.map(({ name }) => name))('the picture format %s', (name) => {
  const { bytes, tolerance } = samples[name] ?? { bytes: new Uint8Array(), tolerance: 0 };

  it('gives the picture and its size back, told by its content', async () => {
    expect(bytes.length, 'add a sample of this format above').toBeGreaterThan(0);
    expect(pictureFormats.filter(({ matches }) => matches(bytes)).map((format) => format.name)).toEqual([name]);
    const picture = await decodePicture(bytes);
    expect(picture.format).toBe(name);
    expect(meanError(picture, face)).toBeLessThanOrEqual(tolerance);
    expect(await pictureSize(bytes)).toMatchObject({ width: 112, height: 112 });
  });

  it('has extensions by which files are known, whatever their case', () => {
    const extensions = pictureFormats.find((format) => format.name === name)?.extensions ?? [];
    expect(extensions.length).toBeGreaterThan(0);
    for (const extension of extensions) {
      expect(isPictureName(`a b.${extension}`) && isPictureName(`X.${extension.toUpperCase()}`)).toBe(true);
    }
    expect(isPictureName('pairs.txt')).toBe(false);
  });

  it('is refused when it is cut off', async () => {
    for (const share of [0.2, 0.5, 0.8]) {
      const cut = bytes.slice(0, Math.round(share * bytes.length));
      await expect(decodePicture(cut, { file: 'cut' }), `${share}`).rejects.toThrow(/^cut: .*Replace or remove/);
    }
  });

  it('survives damage: a picture or a DataError, soon', async () => {
    const seed = Number(process.env.FUZZ_SEED ?? Math.floor(Date.now() / 1000));
    for (let round = 0; round < (name === 'avif' ? 20 : 100); round++) {
      const damaged = mutate(bytes, new Random(seed, round));
      const start = cpuTime();
      const result = await decodePicture(damaged).catch((error: unknown) => error);
      if (result instanceof Error) expect(result, `FUZZ_SEED=${seed}, round ${round}`).toBeInstanceOf(DataError);
      expect(cpuTime() - start, `FUZZ_SEED=${seed}, round ${round}`).toBeLessThan(3000);
    }
  });
});

describe('a bitmap', () => {
  const small: Picture = { width: 13, height: 9, data: new Uint8Array(13 * 9 * 3) };
  const palette = Array.from({ length: 256 }, (_, i) => [i, 255 - i, (i * 7) % 256] as const);
  /** Stretches of one value and of many. */
  const indexed = (most: number) => (x: number, y: number) => (y % 3 === 0 ? y % most : (5 * x + 3 * y) % most);
  const expected = (colour: (x: number, y: number) => readonly number[]): Picture => {
    const data = Array.from({ length: 9 }, (_, y) =>
      Array.from({ length: 13 }, (_, x) => [...colour(x, y)].slice(0, 3)),
    );
    return { ...small, data: Uint8Array.from(data.flat(2)) };
  };
  const kinds: [string, number, BitmapOptions][] = [
    ['8 bits', 256, { bits: 8, palette }],
    ['8 bits, from the top', 256, { bits: 8, palette, topDown: true }],
    ['8 bits of OS/2', 256, { bits: 8, palette, header: 12 }],
    ['a short palette', 10, { bits: 8, palette: palette.slice(0, 10) }],
    ['RLE8', 256, { bits: 8, palette, compression: 1 }],
    ['4 bits', 16, { bits: 4, palette: palette.slice(0, 16) }],
    ['RLE4', 16, { bits: 4, palette: palette.slice(0, 16), compression: 2 }],
    ['1 bit', 2, { bits: 1, palette: palette.slice(0, 2) }],
  ];
  it.each(kinds)('with a palette: %s', async (_, most, options) => {
    const { format, ...picture } = await decodePicture(bitmap(small, indexed(most), options));
    expect([format, picture]).toEqual(['bmp', expected((x, y) => palette[indexed(most)(x, y)] ?? [])]);
  });

  const colour = (x: number, y: number) => [17 * x, 25 * y, 255 - 10 * x - y] as const;
  const word = (x: number, y: number) => colour(x, y).reduce((sum, value) => sum * 256 + value, 0);
  it.each([
    ['24 bits', { bits: 24 }],
    ['32 bits, whose fourth byte means nothing', { bits: 32 }],
    ['32 bits with masks', { bits: 32, compression: 3, masks: [0xff0000, 0xff00, 0xff, 0] }],
    [
      '32 bits with alpha that is nowhere set',
      { bits: 32, compression: 3, header: 124, masks: [0xff0000, 0xff00, 0xff, 0xff000000] },
    ],
  ] as [string, BitmapOptions][])('of colours: %s', async (_, options) => {
    expect(await decodePicture(bitmap(small, word, options))).toMatchObject(expected(colour));
  });

  it('of 16 bits scales five and six bits to eight, and lays alpha over black', async () => {
    const masks = [0xf800, 0x07e0, 0x001f, 0] as const;
    const of565 = bitmap(small, (x) => ((x * 2) << 11) | ((x * 4) << 5) | x, { bits: 16, compression: 3, masks });
    expect(at(await decodePicture(of565), 12, 0, 1)).toBe(Math.round((48 * 255) / 63));
    expect(at(await decodePicture(of565), 12, 0, 0)).toBe(Math.round((24 * 255) / 31));
    const of555 = bitmap(small, () => 0x7fff, { bits: 16 });
    expect((await decodePicture(of555)).data.every((value) => value === 255)).toBe(true);
    const half = bitmap(small, () => 0x80c86432, {
      bits: 32,
      compression: 3,
      header: 56,
      masks: [0xff0000, 0xff00, 0xff, 0xff000000],
    });
    expect([...(await decodePicture(half)).data.subarray(0, 3)]).toEqual([100, 50, 25]);
  });

  it('that jumps over pixels leaves them in the first colour', async () => {
    const bytes = bitmap({ width: 4, height: 2 }, () => 1, { bits: 8, palette: palette.slice(0, 3) });
    const rle = Buffer.concat([bytes.subarray(0, bytes.length - 8), Buffer.from([0, 2, 2, 0, 2, 2, 0, 0, 4, 1, 0, 1])]);
    rle.writeUInt32LE(1, 30);
    const { data } = await decodePicture(new Uint8Array(rle));
    expect([0, 1, 2, 3, 4, 5, 6, 7].map((i) => data[3 * i])).toEqual([1, 1, 1, 1, 0, 0, 2, 2]);
  });

  it('says what it is that cannot be read', async () => {
    const whole = Buffer.from(bitmap(small, word, { bits: 24 }));
    const changed = (offset: number, value: number): Uint8Array => {
      const copy = Buffer.from(whole);
      copy.writeUInt16LE(value, offset);
      return new Uint8Array(copy);
    };
    await expect(decodePicture(changed(28, 7))).rejects.toThrow(
      /BMP has 7 bits a pixel in compression 0, which is not read/,
    );
    await expect(decodePicture(changed(20, 9000))).rejects.toThrow(/claims .*above 110 megapixels/);
    await expect(decodePicture(changed(18, 30_000))).rejects.toThrow(/claims 30000x9, which \d+ bytes cannot hold/);
    await expect(decodePicture(bitmap(small, () => 200, { bits: 8, palette: palette.slice(0, 10) }))).rejects.toThrow(
      /has a pixel of colour 200, and its palette has 10/,
    );
  });
});

describe('a JPEG of which a decoder only warns', () => {
  const whole = Buffer.from(encodeJpegSync(face, 90));
  /** Offsets of the marker of the frame and of the scan. */
  const [frame, scan] = [0xc0, 0xda].map((marker) => whole.indexOf(Buffer.from([0xff, marker]))) as [number, number];
  const patched = (offset: number, value: number): Buffer => {
    const copy = Buffer.from(whole);
    copy[offset] = value;
    return copy;
  };
  const inserted = (offset: number, ...bytes: number[]): Buffer =>
    Buffer.concat([whole.subarray(0, offset), Buffer.from(bytes), whole.subarray(offset)]);
  const adobe = Buffer.from([0xff, 0xee, 0, 14, ...Buffer.from('Adobe'), 0, 100, 0, 0, 0, 0, 9]);
  const end = whole.length - 2;
  const oddities: Record<string, Buffer> = {
    'a scan that ends at coefficient 0, as some phones write': patched(scan + 12, 0),
    'stray bytes between segments': inserted(frame, 0, 0, 7, 0),
    'stray bytes after the first marker': inserted(2, 1, 2, 3),
    'padding at the end of the scan': inserted(end, 0, 0, 0, 0, 0, 0),
    'an unknown revision of JFIF': patched(whole.indexOf('JFIF') + 5, 9),
    'an unknown Adobe transform': Buffer.concat([whole.subarray(0, 2), adobe, whole.subarray(2)]),
    'no end of image': whole.subarray(0, end),
    'bytes after the end of image': inserted(whole.length, ...Buffer.from('MotionPhoto')),
    'several at once': Buffer.concat([
      patched(scan + 12, 0).subarray(0, frame),
      Buffer.from([0, 1]),
      patched(scan + 12, 0).subarray(frame, end),
    ]),
  };

  it.each(Object.keys(oddities))('has all its pixels: %s', async (kind) => {
    const expected = await decodePicture(whole);
    expect((await decodePicture(oddities[kind] ?? whole)).data).toEqual(expected.data);
  });

  it.each(Object.keys(oddities))('is refused all the same where it is also cut off: %s', async (kind) => {
    const odd = oddities[kind] ?? whole;
    await expect(decodePicture(odd.subarray(0, whole.length - 700))).rejects.toThrow(/damaged/);
  });

  it('is refused where scans of a progressive one are missing, whatever stands at the end', async () => {
    const progressive = await raw.clone().jpeg({ progressive: true }).toBuffer();
    const scans = [...progressive.keys()].filter((i) => progressive[i] === 0xff && progressive[i + 1] === 0xda);
    const cut = progressive.subarray(0, scans.at(-1));
    await expect(decodePicture(cut)).rejects.toThrow(/damaged \(Premature end of JPEG file\)/);
    expect((await decodePicture(progressive)).format).toBe('jpeg');
  });

  it('is judged alike by `inspect`, of a folder as of anything', async () => {
    mkdirSync(join(folder, 'odd', 'ann'), { recursive: true });
    for (const [i, bytes] of Object.values(oddities).entries())
      writeFileSync(join(folder, 'odd', 'ann', `${i}.jpg`), bytes);
    expect(await inspect(join(folder, 'odd'), { deep: true })).toMatchObject({ problems: [], badImages: [] });
    writeFileSync(join(folder, 'odd', 'ann', 'z.jpg'), whole.subarray(0, whole.length - 700));
    const { problems, badImages } = await inspect(join(folder, 'odd'), { deep: true });
    expect(problems[0]).toMatch(/ann.z\.jpg: the JPEG is damaged/);
    expect(badImages).toEqual([Object.keys(oddities).length + 1]);
  });
});

describe('what is no picture', () => {
  it.each([
    ['\0\0\0\x18ftypheic', /a HEIC picture: convert it/],
    ['<!DOCTYPE html>', /a web page, saved in its place/],
    ['version https://git-lfs.github.com/spec/v1', /a pointer of Git LFS/],
    ['%PDF-1.7', /a PDF/],
    ['\x01\x02\x03\x04', /of no known format \(it starts with 01020304\)/],
    ['', /empty \(0 bytes\)/],
  ])('is named as what it is: %j', async (start, message) => {
    await expect(decodePicture(Buffer.from(start, 'latin1'), { file: 'x.jpg' })).rejects.toThrow(message);
  });

  it('claims no more than a hundred megapixels and what its bytes can hold', async () => {
    expect(MAX_PIXELS).toBeGreaterThanOrEqual(100_000_000);
    const bytes = Buffer.from(encodeJpegSync(face));
    const frame = bytes.indexOf(Buffer.from([0xff, 0xc0]));
    bytes.writeUInt16BE(9000, frame + 5);
    bytes.writeUInt16BE(9000, frame + 7);
    await expect(decodePicture(bytes)).rejects.toThrow(/claims 9000x9000, which \d+ bytes cannot hold/);
  });
});
