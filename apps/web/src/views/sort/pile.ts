import { batch, signal } from '@preact/signals';
import type { Face, PocketNet, RgbImage } from 'pocketnet';
import { whenOpen } from '../../network/network.js';
import { text } from '../../text.js';
import { announce } from '../../ui/announce.js';

/** A face of the pile. */
export interface PiledFace {
  /** Index of its photo. */
  readonly photo: number;
  readonly face: Face;
  readonly vector: Float32Array;
  /** A small picture of it. */
  readonly picture: Blob;
}

export interface Pile {
  /** Names of the photos. */
  readonly photos: readonly string[];
  readonly faces: readonly PiledFace[];
  /** How many files could not be read. */
  readonly skipped: number;
  /** The network whose templates these are. */
  readonly model: string;
}

export interface Progress {
  readonly done: number;
  readonly of: number;
  /** Seconds that are left, as far as that is known. */
  readonly left: number;
}

export const pile = signal<Pile | undefined>(undefined);
export const progress = signal<Progress | undefined>(undefined);

let turn = 0;

/** Stops reading; what was read so far is kept. */
export const cancel = (): void => {
  turn++;
};

/** Forgets the pile. */
export function clear(): void {
  turn++;
  batch(() => {
    pile.value = undefined;
    progress.value = undefined;
  });
}

/** Finds and embeds all faces of the photos, one photo after the other; the page stays free. */
export async function readPile(files: readonly File[]): Promise<void> {
  const mine = ++turn;
  const net = await whenOpen();
  const photos: string[] = [];
  const faces: PiledFace[] = [];
  let skipped = 0;
  const start = performance.now();
  progress.value = { done: 0, of: files.length, left: Number.NaN };
  for (const [done, file] of files.entries()) {
    if (mine !== turn) break;
    try {
      faces.push(...(await facesOf(net, file, photos.length)));
      photos.push(file.webkitRelativePath || file.name);
    } catch {
      skipped++; // no photo, or a damaged one: how many is said
    }
    const left = ((performance.now() - start) / 1000 / (done + 1)) * (files.length - done - 1);
    if (mine === turn) progress.value = { done: done + 1, of: files.length, left };
  }
  batch(() => {
    progress.value = undefined;
    if (faces.length > 0 || mine === turn) pile.value = { photos, faces, skipped, model: net.model };
  });
  announce(text.sort.summary(0, faces.length, photos.length));
}

async function facesOf(net: PocketNet, file: File, photo: number): Promise<PiledFace[]> {
  const found = await net.detect(file);
  const faces: PiledFace[] = [];
  for (const face of found) {
    const crop = net.align(file, face);
    const { vector } = await net.embed(crop);
    faces.push({ photo, face, vector, picture: await pictureOf(crop) });
  }
  return faces;
}

/** A crop as a file of some kilobytes, since there are thousands. */
async function pictureOf({ width, height, data }: RgbImage): Promise<Blob> {
  const canvas = new OffscreenCanvas(width, height);
  const image = new ImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    image.data.set(data.subarray(3 * i, 3 * i + 3), 4 * i);
    image.data[4 * i + 3] = 255;
  }
  canvas.getContext('2d')?.putImageData(image, 0, 0);
  return canvas.convertToBlob({ type: 'image/webp', quality: 0.8 });
}
