import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { openPocketNet } from 'pocketnet';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundled, findChromium, openPage } from '../../../testing/chromium.mjs';
import { detector, embedder } from './support/models.js';
import { photoOf } from './support/photos.js';

const photo = photoOf(300, 240, [{ identity: 3, x: 90, y: 60, side: 112 }]);
const dist = (name: string): string => fileURLToPath(new URL(`../dist/${name}`, import.meta.url));

/** What a page sends back of a face: numbers as they are, since JSON keeps float64 exactly. */
interface Seen {
  readonly points: readonly (readonly number[])[];
  readonly crop: readonly number[];
  readonly template: readonly number[];
}

describe.skipIf(findChromium() === undefined)('in Chromium', () => {
  let page: Page;
  let close: () => Promise<void>;
  let expected: Seen;

  beforeAll(async () => {
    const script = (body: string) => ({ type: 'text/javascript', body });
    const binary = (body: Uint8Array) => ({ type: 'application/octet-stream', body });
    const raw = { raw: { width: photo.width, height: photo.height, channels: 3 as const } };
    ({ page, close } = await openPage({
      '/pocketnet.js': script(await bundled(dist('index.js'))),
      '/worker.js': script(await bundled(dist('worker/entry.js'))),
      '/detector': binary(detector),
      '/embedder': binary(embedder),
      '/photo.png': { type: 'image/png', body: await sharp(photo.data, raw).png().toBuffer() },
      '/cut.jpg': { type: 'image/jpeg', body: (await sharp(photo.data, raw).jpeg().toBuffer()).subarray(0, 3000) },
    }));
    // Runs in the page: opens what a test asks for, and says what it sees of an image.
    await page.evaluate(`(async () => {
      const { openPocketNet } = await import('/pocketnet.js');
      const bytes = (path) => fetch(path).then((answer) => answer.arrayBuffer());
      const worker = () => new Worker('/worker.js', { type: 'module' });
      const blob = await fetch('/photo.png').then((answer) => answer.blob());
      const bitmap = () => createImageBitmap(blob);
      const canvas = async () => {
        const drawn = new OffscreenCanvas(${photo.width}, ${photo.height});
        drawn.getContext('2d').drawImage(await bitmap(), 0, 0);
        return drawn;
      };
      globalThis.kinds = {
        Blob: async () => blob,
        File: async () => new File([blob], 'a.jpg'),
        ImageBitmap: bitmap,
        OffscreenCanvas: canvas,
        ImageData: async () => (await canvas()).getContext('2d').getImageData(0, 0, ${photo.width}, ${photo.height}),
        VideoFrame: async () => new VideoFrame(await bitmap(), { timestamp: 0 }),
        img: () => new Promise((resolve) => {
          const image = new Image();
          image.onload = () => resolve(image);
          image.src = '/photo.png';
        }),
      };
      const [detector, embedder] = await Promise.all([bytes('/detector'), bytes('/embedder')]);
      const here = await openPocketNet({ detector, embedder, engine: 'strict' });
      const there = await openPocketNet({ detector, embedder, engine: 'strict', worker });
      globalThis.nets = { here, there };
      globalThis.see = async (where, kind) => {
        const net = nets[where];
        const image = await kinds[kind]();
        const [face] = await net.detect(image);
        const crop = net.align(image, face);
        const { vector } = await net.embed(crop);
        return { points: face.points, crop: [...crop.data], template: [...vector] };
      };
    })()`);
    const net = await openPocketNet({ detector, embedder, engine: 'strict' });
    const [face] = await net.detect(photo);
    if (!face) throw new Error('no face was found');
    const crop = net.align(photo, face);
    const { vector } = await net.embed(crop);
    expected = { points: face.points, crop: [...crop.data], template: [...vector] };
    net.close();
  });
  afterAll(() => close?.());

  const kinds = ['Blob', 'File', 'ImageBitmap', 'OffscreenCanvas', 'ImageData', 'VideoFrame', 'img'];

  it.each(kinds)('gives Node’s points, crop and template, bit for bit, of a photo as %s', async (kind) => {
    for (const where of ['here', 'there'])
      expect(await page.evaluate(`see('${where}', '${kind}')`), where).toEqual(expected);
  });

  it('keeps a frame that it was shown: the caller closes it', async () => {
    const alive = await page.evaluate(`(async () => {
      const frame = await kinds.VideoFrame();
      await nets.there.detect(frame);
      const size = frame.codedWidth;
      frame.close();
      return size;
    })()`);
    expect(alive).toBeGreaterThan(0);
  });

  it.each(['here', 'there'])('refuses by name what is cut off, or is no picture (%s)', async (where) => {
    const reason = (image: string) =>
      page.evaluate(
        `(async () => nets.${where}.detect(${image}))().then(() => '', ({ name, message }) => name + ': ' + message)`,
      );
    expect(await reason(`new Blob(['hello'])`)).toMatch(/^ImageError: the picture: it is no picture of a known format/);
    expect(await reason(`await fetch('/cut.jpg').then((answer) => answer.blob())`)).toMatch(/this JPEG is cut off/);
    expect(await reason(`new Blob([])`)).toMatch(/empty, 0 bytes/);
    expect(await reason(`document.createElement('video')`)).toMatch(/^ImageError: The .* (nothing|0 x 0)/);
    expect(await reason('42')).toMatch(/This is no picture \(number\)/);
  });
});
