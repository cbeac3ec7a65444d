import {
  DataError,
  decodeAll,
  decodePicture,
  decodeToFloats,
  drawFace,
  encodeJpeg,
  encodePng,
  type Picture,
  resizePicture,
} from '@pocketnet/data';
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';

const face = drawFace(3, 1);

describe('decoding', () => {
  it('gives back a PNG exactly, and a JPEG of quality 95 nearly', async () => {
    expect(await decodePicture(await encodePng(face))).toEqual({
      format: 'png',
      ...face,
      data: new Uint8Array(face.data),
    });
    expect(meanError(await decodePicture(await encodeJpeg(face, 95)), face)).toBeLessThan(2.5);
  });

  it('agrees with libvips on baseline, progressive, grey and subsampled JPEG', async () => {
    const raw = sharp(face.data, { raw: { width: 112, height: 112, channels: 3 } });
    const kinds = {
      baseline: raw.clone().jpeg({ quality: 90, chromaSubsampling: '4:4:4' }),
      progressive: raw.clone().jpeg({ quality: 90, chromaSubsampling: '4:4:4', progressive: true }),
      grey: raw.clone().grayscale().jpeg({ quality: 90 }),
      subsampled: raw.clone().jpeg({ quality: 90, chromaSubsampling: '4:2:0' }),
    };
    for (const [kind, image] of Object.entries(kinds)) {
      const bytes = await image.toBuffer();
      const reference = await sharp(bytes).toColourspace('srgb').raw().toBuffer();
      expect(meanError(await decodePicture(bytes), { ...face, data: reference }), kind).toBeLessThan(1);
    }
  });

  it('reads CMYK JPEG, WebP and pictures with transparency as RGB', async () => {
    const raw = sharp(face.data, { raw: { width: 112, height: 112, channels: 3 } });
    for (const image of [
      raw.clone().toColourspace('cmyk').jpeg(),
      raw.clone().webp(),
      raw.clone().ensureAlpha().png(),
    ]) {
      const picture = await decodePicture(await image.toBuffer());
      expect([picture.width, picture.height, picture.data.length]).toEqual([112, 112, 112 * 112 * 3]);
      expect(meanError(picture, face)).toBeLessThan(25);
    }
  });

  it('turns a picture upright by its EXIF orientation, JPEG and PNG alike', async () => {
    const raw = sharp(face.data, { raw: { width: 112, height: 112, channels: 3 } }).withMetadata({ orientation: 6 });
    const upright = await sharp(face.data, { raw: { width: 112, height: 112, channels: 3 } })
      .rotate(90)
      .raw()
      .toBuffer();
    for (const image of [raw.clone().jpeg({ quality: 95 }), raw.clone().png()]) {
      expect(meanError(await decodePicture(await image.toBuffer()), { ...face, data: upright })).toBeLessThan(4);
    }
  });

  it('says of damaged bytes which picture it was, and decodes the next one all the same', async () => {
    const whole = await encodeJpeg(face);
    const damaged = {
      empty: new Uint8Array(0),
      zeros: new Uint8Array(400),
      'cut short': whole.slice(0, whole.length >> 1),
      'header only': whole.slice(0, 24),
      scrambled: whole.map((byte, i) => (i > 700 && i < 1400 ? 0x55 : byte)),
      'png cut short': (await encodePng(face)).slice(0, 500),
    };
    for (const [kind, bytes] of Object.entries(damaged)) {
      const error = await decodePicture(bytes, { file: 'a.rec', record: 17 }).catch((reason: unknown) => reason);
      expect(error, kind).toBeInstanceOf(DataError);
      expect(error, kind).toMatchObject({ file: 'a.rec', record: 17 });
      expect((await decodePicture(whole)).width).toBe(112);
    }
  });

  it('refuses a size that a small file merely claims', async () => {
    const bytes = (await encodeJpeg(face)).slice();
    const frame = bytes.findIndex((byte, i) => byte === 0xff && bytes[i + 1] === 0xc0);
    bytes.set([0xff, 0xff, 0xff, 0xff], frame + 5);
    await expect(decodePicture(bytes)).rejects.toThrow(/65535x65535/);
  });

  it('survives mutated JPEGs: a picture or a DataError', async () => {
    const whole = await encodeJpeg(face);
    const change = fc.tuple(fc.nat(whole.length - 1), fc.nat(255));
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 8 }), async (changes) => {
        const bytes = whole.slice();
        for (const [at, value] of changes) bytes[at] = value;
        const result = await decodePicture(bytes).catch((error: unknown) => error);
        if (result instanceof Error) expect(result).toBeInstanceOf(DataError);
        else expect((result as Picture).data.length).toBeGreaterThan(0);
      }),
      { numRuns: 300 },
    );
  });
});

describe('resizing', () => {
  it('keeps a flat picture flat, and the mean of any', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 60 }),
        fc.nat(255),
        (width, height, grey) => {
          const flat: Picture = { width: 31, height: 19, data: new Uint8Array(31 * 19 * 3).fill(grey) };
          const resized = resizePicture(flat, width, height);
          expect(resized.data.length).toBe(width * height * 3);
          expect(resized.data.every((value) => value === grey)).toBe(true);
        },
      ),
    );
    const small = resizePicture(face, 28, 28);
    expect(Math.abs(mean(small) - mean(face))).toBeLessThan(1);
  });

  it('shrinks to what libvips makes with its linear kernel', async () => {
    const options = { raw: { width: 112, height: 112, channels: 3 as const } };
    for (const size of [40, 56, 100]) {
      const reference = await sharp(face.data, options).resize(size, size, { kernel: 'linear' }).raw().toBuffer();
      expect(meanError(resizePicture(face, size, size), { width: size, height: size, data: reference })).toBeLessThan(
        0.5,
      );
    }
  });

  it('keeps a straight ramp straight, its pixel centres at half coordinates, larger or smaller', () => {
    const ramp: Picture = {
      width: 50,
      height: 2,
      data: Uint8Array.from({ length: 300 }, (_, i) => 4 * (Math.floor(i / 3) % 50)),
    };
    for (const width of [20, 35, 50, 64, 150]) {
      const { data } = resizePicture(ramp, width, 2);
      const margin = Math.ceil(Math.max(1, width / 50) * 1.5);
      for (let x = margin; x < width - margin; x++) {
        expect(Math.abs((data[x * 3] ?? 0) - 4 * (((x + 0.5) * 50) / width - 0.5)), `${x} of ${width}`).toBeLessThan(
          1.01,
        );
      }
    }
  });

  it('refuses sizes that are no sizes', () => {
    for (const size of [0, -3, 1.5, Number.NaN])
      expect(() => resizePicture(face, size, 10)).toThrow(/cannot be resized/);
  });
});

describe('floats', () => {
  it('are (x - 127.5) / 127.5 in rows of RGB, at the place asked for', async () => {
    const target = new Float32Array(2 * 112 * 112 * 3).fill(9);
    await decodeToFloats(await encodePng(face), 112, target, 112 * 112 * 3);
    expect(target[0]).toBe(9);
    face.data.forEach((byte, i) => {
      if (Math.abs((target[112 * 112 * 3 + i] ?? 9) - (byte - 127.5) / 127.5) > 1e-6)
        throw new Error(`value ${i} differs`);
    });
  });

  it('of many pictures are one array, each resized', async () => {
    const floats = await decodeAll([await encodePng(face), await encodeJpeg(face)], 56);
    expect(floats.length).toBe(2 * 56 * 56 * 3);
    expect(Math.max(...floats)).toBeLessThanOrEqual(1);
    await expect(decodeAll([new Uint8Array(3)], 56, 'pairs.bin')).rejects.toThrow(/pairs\.bin, record 0/);
  });
});

function meanError(a: Picture, b: Picture): number {
  expect(a.data.length).toBe(b.data.length);
  return a.data.reduce((sum, value, i) => sum + Math.abs(value - (b.data[i] ?? 0)), 0) / a.data.length;
}

function mean({ data }: Picture): number {
  return data.reduce((sum, value) => sum + value, 0) / data.length;
}
