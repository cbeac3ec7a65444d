import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Random } from '@pocketnet/files';
import { ImageError, openPocketNet } from 'pocketnet';
import type { Image } from 'pocketnet/align';
import { readImage } from 'pocketnet/node';
import sharp, { type Sharp } from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { detector, embedder } from './support/models.js';

const folder = mkdtempSync(join(tmpdir(), 'pocketnet-images-'));
afterAll(() => rmSync(folder, { recursive: true }));

const [WIDTH, HEIGHT] = [40, 24];
/** Dark on the left, bright on the right, redder below: smooth, so that lossy formats keep it. */
const data = Buffer.from(
  Array.from({ length: WIDTH * HEIGHT * 3 }, (_, i) => {
    const [x, y] = [Math.floor(i / 3) % WIDTH, Math.floor(i / 3 / WIDTH)];
    return i % 3 === 0 ? 40 + 3 * x + 3 * y : 40 + 4 * x;
  }),
);
const source = (): Sharp => sharp(data, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } });

function difference(a: Image, b: { data: Uint8Array }): number {
  return Array.from(a.data).reduce((sum, value, i) => sum + Math.abs(value - (b.data[i] ?? 0)), 0) / a.data.length;
}

const kept: Record<string, () => Promise<Buffer>> = {
  JPEG: () => source().jpeg({ quality: 95, chromaSubsampling: '4:4:4' }).toBuffer(),
  'progressive JPEG': () => source().jpeg({ quality: 95, progressive: true, chromaSubsampling: '4:4:4' }).toBuffer(),
  'CMYK JPEG': () => source().toColourspace('cmyk').jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).toBuffer(),
  PNG: () => source().png().toBuffer(),
  'interlaced PNG': () => source().png({ progressive: true }).toBuffer(),
  'PNG of 16 bits': () => source().toColourspace('rgb16').png().toBuffer(),
  'PNG with alpha': () => source().ensureAlpha(1).png().toBuffer(),
  WebP: () => source().webp({ quality: 95 }).toBuffer(),
  'lossless WebP': () => source().webp({ lossless: true }).toBuffer(),
  GIF: () => source().gif().toBuffer(),
  AVIF: () => source().avif({ quality: 90 }).toBuffer(),
  TIFF: () => source().tiff({ compression: 'lzw' }).toBuffer(),
};

describe.each(Object.keys(kept))('a file: %s', (name) => {
  const encode = kept[name] as () => Promise<Buffer>;

  it('is read from its bytes, its name, its address and a Blob, whatever its ending says', async () => {
    const bytes = await encode();
    const path = join(folder, 'picture.txt');
    writeFileSync(path, bytes);
    const address = pathToFileURL(path);
    const images = [bytes, new Uint8Array(bytes), path, address, address.href, new Blob([new Uint8Array(bytes)])];
    const [first, ...others] = await Promise.all(images.map((image) => readImage(image)));
    expect(first).toMatchObject({ width: WIDTH, height: HEIGHT });
    expect(first?.data).toHaveLength(WIDTH * HEIGHT * 3);
    expect(difference(first as Image, { data })).toBeLessThan(name.startsWith('CMYK') ? 25 : 8);
    for (const other of others) expect(other.data).toEqual(first?.data);
  });

  it('is refused where it is larger than allowed, by its header', async () => {
    await expect(readImage(await encode(), { maxPixels: WIDTH * HEIGHT - 1 })).rejects.toMatchObject({
      ...{ name: 'ImageError', problem: 'too-large' },
      message: expect.stringMatching(/more than 959 pixels/),
    });
  });

  it('is refused by name where it is cut off or damaged, and never crashes', async () => {
    const bytes = await encode();
    await expect(readImage(bytes.subarray(0, Math.floor(bytes.length / 2)))).rejects.toThrow(ImageError);
    const random = new Random(7);
    for (let i = 0; i < 60; i++) {
      const other = Uint8Array.from(bytes);
      for (let k = 0; k <= i % 4; k++) other[Math.floor(random.next() * bytes.length)] = random.next() * 256;
      const read = await readImage(other.subarray(0, i % 3 ? other.length : random.next() * other.length), {
        maxPixels: 1e6,
      }).catch((error) => error);
      if (!('data' in read)) expect(read, String(read)).toBeInstanceOf(ImageError);
    }
  });
});

describe('a picture', () => {
  it('stands upright, as its EXIF says', async () => {
    for (const orientation of [1, 2, 3, 4, 5, 6, 7, 8]) {
      const bytes = await source().withMetadata({ orientation }).jpeg({ quality: 95 }).toBuffer();
      const { width } = await readImage(bytes);
      expect(width).toBe(orientation < 5 ? WIDTH : HEIGHT);
      const first = (await readImage(bytes)).data[1] ?? 0; // dark where the left column comes to lie
      expect(first < 120, `orientation ${orientation}`).toBe([1, 4, 5, 6].includes(orientation));
    }
  });

  it('of greys has three equal colours; transparent places are black; of an animation the first counts', async () => {
    const grey = await readImage(await source().greyscale().png().toBuffer());
    expect(grey.data).toHaveLength(WIDTH * HEIGHT * 3);
    for (let i = 0; i < grey.data.length; i += 3) expect(grey.data[i]).toBe(grey.data[i + 2]);
    const clear = await readImage(await source().ensureAlpha(0).png().toBuffer());
    expect(clear.data.every((value) => value === 0)).toBe(true);
    const redThenBlue = await Promise.all(
      ['#f00', '#00f'].map((background) =>
        sharp({ create: { width: 4, height: 4, channels: 3, background } })
          .png()
          .toBuffer(),
      ),
    );
    const frames = await sharp(redThenBlue, { join: { animated: true } })
      .gif()
      .toBuffer();
    const first = await readImage(frames);
    expect(first).toMatchObject({ width: 4, height: 4 });
    expect(first.data[0]).toBeGreaterThan(200);
  });

  it('that lies about its size is refused before it is decoded', async () => {
    const bytes = Uint8Array.from(await source().png().toBuffer());
    new DataView(bytes.buffer).setUint32(16, 60_000);
    new DataView(bytes.buffer).setUint32(20, 60_000);
    await expect(readImage(bytes)).rejects.toThrow(/60000 x 60000, more than 100000000 pixels/);
  });

  it.each([
    ['HEIC', Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic'), 'unsupported', /HEIC is not read\. Save it as JPEG/],
    ['SVG', Buffer.from('<?xml version="1.0"?><svg xmlns="x"/>'), 'unsupported', /render it as PNG first/],
    ['nothing', Buffer.alloc(0), 'empty', /it is empty, 0 bytes/],
    [
      'text',
      Buffer.from('hello'),
      'unsupported',
      /no picture of a known format\. Give JPEG, PNG, WebP, GIF, AVIF, TIFF\.$/,
    ],
    [
      'BMP',
      Buffer.from(`BM\x46\0\0\0${'\0'.repeat(8)}\x28\0\0\0\x01\0\0\0\x01\0\0\0${'\0'.repeat(60)}`, 'latin1'),
      'unsupported',
      /BMP is not read in Node/,
    ],
  ] as const)('of %s is refused by name, with what to do', async (_, bytes, problem, message) => {
    await expect(readImage(bytes)).rejects.toMatchObject({ problem, message: expect.stringMatching(message) });
  });

  it('that is not there, or is none, is refused by name', async () => {
    await expect(readImage('/no/such.jpg')).rejects.toThrow('/no/such.jpg: there is no such file. Check the path.');
    await expect(readImage(folder)).rejects.toThrow(/it is a folder/);
    await expect(readImage(42)).rejects.toThrow(/This is no picture \(number\)/);
    await expect(readImage({ width: 3, height: 3, data: new Uint8Array(5) })).rejects.toThrow(/27 bytes \(RGB\)/);
    const net = await openPocketNet({ detector, embedder });
    await expect(net.detect('a.jpg')).rejects.toThrow(/read by what 'pocketnet\/node' exports/);
    net.close();
  });
});
