import { batch, signal } from '@preact/signals';
import type { Box, PocketNet } from 'pocketnet';
import { imageDataOf, type PixelsOfFace } from '../../network/crop-file.js';
import { cosines, whenOpen } from '../../network/network.js';
import type { FaceKey } from '../../people/statement.js';
import { faceKey } from './face-key.js';
import { fingerprint } from './fingerprint.js';

/** A face of the pile. It keeps no pixels: there are thousands. */
export interface PiledFace {
  /** Index of its photo. */
  readonly photo: number;
  /** What it is called in what is said of it. */
  readonly key: FaceKey;
  readonly box: Box;
  readonly vector: Float32Array;
  /** A small picture of it, as a file. */
  readonly picture: Blob;
}

export interface PiledPhoto {
  readonly name: string;
  readonly file: File;
  /** Its name by its content. */
  readonly print: string;
}

export interface Pile {
  readonly photos: readonly PiledPhoto[];
  readonly faces: readonly PiledFace[];
  /** How many files could not be read. */
  readonly skipped: number;
  /** The network whose templates these are, and from which cosine on two of them are one person's. */
  readonly model: string;
  readonly strict: number;
  /** From which they may be. */
  readonly usual: number;
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
  const photos: PiledPhoto[] = [];
  const faces: PiledFace[] = [];
  let skipped = 0;
  const start = performance.now();
  progress.value = { done: 0, of: files.length, left: Number.NaN };
  for (const [done, file] of files.entries()) {
    if (mine !== turn) break;
    try {
      const print = await fingerprint(file);
      faces.push(...(await facesOf(net, file, print, photos.length)));
      photos.push({ name: file.webkitRelativePath || file.name, file, print });
    } catch {
      skipped++; // no photo, or a damaged one: how many is said
    }
    const left = ((performance.now() - start) / 1000 / (done + 1)) * (files.length - done - 1);
    if (mine === turn) progress.value = { done: done + 1, of: files.length, left };
  }
  batch(() => {
    progress.value = undefined;
    if (faces.length > 0 || mine === turn) pile.value = { photos, faces, skipped, model: net.model, ...cosines(net) };
  });
}

async function facesOf(net: PocketNet, file: File, print: string, photo: number): Promise<PiledFace[]> {
  const faces: PiledFace[] = [];
  for (const face of await net.detect(file)) {
    const crop = net.align(file, face);
    const [{ vector }, picture] = await Promise.all([net.embed(crop), pictureOf(crop)]);
    const { x, y, width, height } = face.box; // the face itself would hold its crop
    faces.push({ photo, key: faceKey(print, face.box), box: { x, y, width, height }, vector, picture });
  }
  return faces;
}

/** A crop as a file of some kilobytes. */
function pictureOf(crop: PixelsOfFace): Promise<Blob> {
  const canvas = new OffscreenCanvas(crop.width, crop.height);
  canvas.getContext('2d')?.putImageData(imageDataOf(crop), 0, 0);
  return canvas.convertToBlob({ type: 'image/webp', quality: 0.9 });
}
