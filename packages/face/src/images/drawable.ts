import type { Image } from '../align/image.js';
import { ImageError } from './image-error.js';
import type { ImageKind } from './image-kind.js';

/** The classes of browsers that a canvas draws, and where each keeps its size. A worker or Node has some or none of them. */
const CLASSES = {
  ImageBitmap: (value: Sized) => [value.width, value.height],
  VideoFrame: (value: Sized) => [value.displayWidth, value.displayHeight],
  OffscreenCanvas: (value: Sized) => [value.width, value.height],
  HTMLCanvasElement: (value: Sized) => [value.width, value.height],
  HTMLImageElement: (value: Sized) => [value.naturalWidth, value.naturalHeight],
  HTMLVideoElement: (value: Sized) => [value.videoWidth, value.videoHeight],
} as const;

type Sized = Readonly<Record<string, number>>;

/** An `ImageBitmap`, a `VideoFrame`, a canvas, an image or a video of the page, as it shows now. */
export const drawable: ImageKind = {
  name: 'an ImageBitmap, a VideoFrame, a canvas, an <img> or a <video>',
  accepts: (value) => classOf(value) !== undefined,
  read: (value) => pixelsOf(value as CanvasImageSource), // accepted
};

/** The pixels that a canvas shows of something that it can draw; transparent places are black. */
export function pixelsOf(source: CanvasImageSource): Image {
  const found = classOf(source);
  const [width = 0, height = 0] = found ? CLASSES[found](source as unknown as Sized) : [];
  if (!(width > 0 && height > 0))
    throw new ImageError(
      'empty',
      `The ${found ?? 'picture'} is ${width} x ${height}: nothing is in it. Wait until it is loaded, and is not closed.`,
    );
  const context = contextOf(width, height);
  context.fillRect(0, 0, width, height);
  context.drawImage(source, 0, 0, width, height);
  return context.getImageData(0, 0, width, height);
}

/** Frames come one after the other, of one size: their canvas is used again, so that none waits for the collector. */
let used: OffscreenCanvasRenderingContext2D | undefined;
/** Pixels of the largest frame whose canvas is kept. */
const FRAME = 2048 * 1536;

function contextOf(width: number, height: number): OffscreenCanvasRenderingContext2D {
  if (used?.canvas.width === width && used.canvas.height === height) return used;
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  if (!context)
    throw new ImageError('unreadable', `No canvas of ${width} x ${height} can be had here. Shrink the picture.`);
  if (width * height <= FRAME) used = context;
  return context;
}

function classOf(value: unknown): keyof typeof CLASSES | undefined {
  const here = globalThis as unknown as Record<string, unknown>;
  return (Object.keys(CLASSES) as (keyof typeof CLASSES)[]).find((name) => {
    const known = here[name];
    return typeof known === 'function' && value instanceof known;
  });
}
