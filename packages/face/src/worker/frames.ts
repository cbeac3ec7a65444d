import { ImageError } from '../images/index.js';

/** An image as it can be sent, and what of it is given away. */
export interface Frame {
  readonly image: unknown;
  readonly transfer: Transferable[];
}

/**
 * An image for a worker. What a browser shows is copied on the graphics side, cheaply, and the copy is transferred; pixels are copied as
 * the message is made; blobs, files and their names are sent as they are.
 */
export async function frameOf(image: unknown): Promise<Frame> {
  if (isA(image, 'VideoFrame')) {
    const copy = (image as VideoFrame).clone();
    return { image: copy, transfer: [copy] };
  }
  if (DRAWN.some((name) => isA(image, name))) {
    const copy = await createImageBitmap(image as ImageBitmapSource).catch((cause) => {
      throw new ImageError('empty', 'The picture shows nothing yet. Wait until it is loaded, and is not closed.', {
        cause,
      });
    });
    return { image: copy, transfer: [copy] };
  }
  return { image, transfer: [] };
}

/** Whether an image holds memory until it is closed, as frames and bitmaps of a browser do. */
export const hasClose = (image: unknown): image is { close(): void } =>
  typeof image === 'object' && image !== null && 'close' in image && typeof image.close === 'function';

const DRAWN = ['ImageBitmap', 'OffscreenCanvas', 'HTMLCanvasElement', 'HTMLImageElement', 'HTMLVideoElement'];

function isA(value: unknown, name: string): boolean {
  const known = (globalThis as unknown as Record<string, unknown>)[name];
  return typeof known === 'function' && value instanceof known;
}
