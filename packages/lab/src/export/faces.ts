import { createLoader } from '@pocketnet/data';
import { type Feed, type Graph, openModel } from '@pocketnet/onnx';

export interface ChosenFaces {
  /** Aligned faces, as for training. */
  faces: string;
  /** How many of them. */
  images: number;
  seed: number;
}

/**
 * Faces as an exported embedder takes them: one input [1, 3, side, side] each.
 *
 * @param path of the model, for errors
 * @throws an Error where the graph is no embedder or the faces are too few
 */
export async function facesAsFeeds(
  { inputs }: Graph,
  path: string,
  { faces, images, seed }: ChosenFaces,
): Promise<Record<string, Feed>[]> {
  const [input, ...others] = inputs;
  const [, channels, size, width] = input?.shape ?? [];
  if (!input || others.length > 0 || channels !== 3 || typeof size !== 'number' || width !== size)
    throw new Error(`${path} is no embedder: it should take one input, [batch, 3, side, side].`);
  const loader = createLoader(faces, { batch: 1, size, seed, workers: 0 });
  const feeds: Record<string, Feed>[] = [];
  try {
    for await (const { images: pixels, release } of loader.epoch(0)) {
      const data = new Float32Array(pixels.length);
      for (let p = 0; p < size * size; p++)
        for (let c = 0; c < 3; c++) data[c * size * size + p] = pixels[3 * p + c] as number; // three a pixel
      release();
      feeds.push({ [input.name]: { data, dims: [1, 3, size, size] } });
      if (feeds.length === images) break;
    }
  } finally {
    await loader.close();
  }
  if (feeds.length < 8)
    throw new Error(`${faces} holds ${feeds.length} faces; 8 at least are needed to calibrate and measure.`);
  return feeds;
}

/** A model's embeddings of each, on one thread of the native runtime. */
export async function embedFeeds(bytes: Uint8Array, feeds: readonly Record<string, Feed>[]): Promise<number[][]> {
  const model = await openModel(bytes, { threads: 1 });
  try {
    const rows: number[][] = [];
    for (const feed of feeds) {
      const [output] = Object.values(await model.run(feed));
      rows.push(Array.from(output?.data ?? [], Number));
    }
    return rows;
  } finally {
    await model.close();
  }
}
