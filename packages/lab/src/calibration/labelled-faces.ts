import { type FaceSource, isUnlabelled } from '@pocketnet/data';
import type { Matrix } from '@pocketnet/evaluate';
import { type EmbeddedSet, type EmbeddingSource, rowOf, sourceImages } from '../embedders/index.js';

/** A source's faces as they are compared: image and mirror image summed, and whose face each row is. */
export interface LabelledFaces {
  readonly embedded: EmbeddedSet;
  /** Of the images that have an embedding. */
  readonly matrix: Matrix;
  /** The image of each row. */
  readonly indices: readonly number[];
  /** Below 0 for an image without a label: each is taken for a person of its own. */
  readonly labels: readonly number[];
}

/** Embeds all of a source's faces. @param flip whether mirror images are summed with the images */
export async function embedFaces(
  source: EmbeddingSource,
  faces: FaceSource,
  { flip = true, onProgress }: { flip?: boolean; onProgress?: (done: number, total: number) => void } = {},
): Promise<LabelledFaces> {
  const embedded = await source.embed(sourceImages(faces), { flip, ...(onProgress && { onProgress }) });
  const { images, flips, problems } = embedded;
  const bad = new Set(problems.map(({ index }) => index));
  const indices = Array.from({ length: images.rows }, (_, i) => i).filter((i) => !bad.has(i));
  const { cols } = images;
  const data = new Float32Array(indices.length * cols);
  for (const [i, index] of indices.entries()) {
    const [row, mirror] = [rowOf(images, index), flips && rowOf(flips, index)];
    for (let k = 0; k < cols; k++) data[i * cols + k] = (row[k] ?? 0) + (mirror?.[k] ?? 0);
  }
  return {
    embedded,
    matrix: { rows: indices.length, cols, data },
    indices,
    labels: indices.map((index) => (isUnlabelled(faces, index) ? -1 - index : faces.label(index))),
  };
}
