export interface PixelsOfFace {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** Pixels as a PNG, which keeps each of them. */
export function pngOf(pixels: PixelsOfFace): Promise<Blob> {
  const canvas = new OffscreenCanvas(pixels.width, pixels.height);
  canvas.getContext('2d')?.putImageData(imageDataOf(pixels), 0, 0);
  return canvas.convertToBlob({ type: 'image/png' });
}

export const bytesOf = async (file: Blob): Promise<Uint8Array> => new Uint8Array(await file.arrayBuffer());

/** The pixels of a PNG again. */
export async function pixelsOf(file: Blob): Promise<PixelsOfFace> {
  const bitmap = await createImageBitmap(file, { colorSpaceConversion: 'none' });
  const { width, height } = bitmap;
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  context?.drawImage(bitmap, 0, 0);
  bitmap.close();
  const shown = context?.getImageData(0, 0, width, height).data ?? new Uint8ClampedArray(4 * width * height);
  const data = new Uint8Array(3 * width * height);
  for (let i = 0; i < width * height; i++) data.set(shown.subarray(4 * i, 4 * i + 3), 3 * i);
  return { width, height, data };
}

/** Pixels as canvases take them. */
export function imageDataOf({ width, height, data }: PixelsOfFace): ImageData {
  const image = new ImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    image.data[4 * i] = data[3 * i] ?? 0;
    image.data[4 * i + 1] = data[3 * i + 1] ?? 0;
    image.data[4 * i + 2] = data[3 * i + 2] ?? 0;
    image.data[4 * i + 3] = 255;
  }
  return image;
}
