import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { drawFace } from '@pocketnet/data';
import sharp from 'sharp';

/** Where drawn faces stand in a camera's picture of 640 x 480. */
const PLACES = [
  [200, 100, 240],
  [10, 20, 170],
  [460, 20, 170],
  [10, 290, 170],
  [460, 290, 170],
] as const;

/** A video of drawn faces, for Chromium's fake camera: pictures of 640 x 480 as MJPEG, the faces swaying a little. */
export async function cameraFile(
  faces: readonly { readonly identity: number; readonly sample: number }[],
): Promise<string> {
  const frames: Buffer[] = [];
  for (let frame = 0; frame < 8; frame++) {
    const sway = Math.round(4 * Math.sin((Math.PI * frame) / 4));
    const placed = faces.map(({ identity, sample }, index) => {
      const [x, y, side] = PLACES[index] ?? PLACES[0];
      const { width, height, data } = drawFace(identity, sample, { size: side });
      return { input: Buffer.from(data), raw: { width, height, channels: 3 as const }, left: x + sway, top: y };
    });
    const wall = { width: 640, height: 480, channels: 3 as const, background: '#8a9096' };
    frames.push(await sharp({ create: wall }).composite(placed).jpeg({ quality: 92 }).toBuffer());
  }
  const path = join(mkdtempSync(join(tmpdir(), 'pocketnet-camera-')), 'faces.mjpeg');
  writeFileSync(path, Buffer.concat(frames));
  return path;
}
