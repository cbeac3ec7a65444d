import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readFeatureFile } from '@pocketnet/data';
import type { Matrix } from '@pocketnet/evaluate';
import { type Embedder, type EmbeddingSource, embedSet, type ImageSet } from '../embedders/index.js';

/** The two sorts of MegaFace's images, which lie in folders of their own. */
export type MegaFacePart = 'facescrub' | 'megaface';

/** Vectors of a list of images in its order; a row without one is NaN. */
export interface PartVectors {
  readonly vectors: Matrix;
  /** What was wrong with the rows that are NaN. */
  readonly problems: readonly { readonly index: number; readonly reason: string }[];
  /** Pictures that went through a network for them, mirror images included, and the seconds that it took. */
  readonly pictures: number;
  readonly seconds: number;
}

/** Gives the vectors of images, in blocks where `blocks` is not Infinity. */
export interface MegaFaceVectors {
  readonly name: string;
  /** Images of one call at most. */
  readonly blocks: number;
  read(part: MegaFacePart, paths: readonly string[]): Promise<PartVectors>;
}

/** Feature files of the devkit's layout: `<folder>/<part>/<image path><ending>`. */
export interface FeatureFolder {
  readonly features: string;
  /** What follows the image's name, such as `_insightface.bin`. */
  readonly ending: string;
}

const BLOCK = 4096;

/** f(image) + f(mirror image), normalised, in float32 as the field's feature files hold it. */
export function embeddedVectors(
  embedder: Embedder,
  folder: string,
  options: { batch?: number; channels?: 'rgb' | 'bgr' } = {},
): MegaFaceVectors {
  return {
    name: embedder.name,
    blocks: BLOCK,
    async read(part, paths) {
      const { images, flips, problems, faces, seconds } = await embedSet(
        embedder,
        imagesOf(part, folder, paths),
        options,
      );
      return { vectors: unitSums(images, flips), problems, pictures: faces, seconds };
    },
  };
}

/** Ready matrices, asked for the sets `facescrub` (the images of `facescrub_lst`) and `megaface` (the distractors), normalised here. */
export function sourceVectors(source: EmbeddingSource, folder: string): MegaFaceVectors {
  return {
    name: source.name,
    blocks: Number.POSITIVE_INFINITY,
    async read(part, paths) {
      const { images, flips, problems } = await source.embed(imagesOf(part, folder, paths));
      return { vectors: unitSums(images, flips), problems, pictures: 0, seconds: 0 };
    },
  };
}

/** Feature files as they are: whoever wrote them has normalised them. */
export function featureVectors({ features, ending }: FeatureFolder): MegaFaceVectors {
  let width: number | undefined;
  return {
    name: features,
    blocks: BLOCK,
    async read(part, paths) {
      const problems: { index: number; reason: string }[] = [];
      const rows = paths.map((path, index) => {
        const file = join(features, part, `${path}${ending}`);
        const row = existsSync(file) ? readFeatureFile(file) : undefined;
        if (row) width ??= row.length;
        const reason = faultOf(row, width);
        if (reason === undefined) return row;
        problems.push({ index, reason: `${file} ${reason}.` });
        return undefined;
      });
      const cols = width ?? 1;
      const data = new Float32Array(paths.length * cols).fill(Number.NaN);
      for (const [i, row] of rows.entries()) if (row) data.set(row, i * cols);
      return { vectors: { rows: paths.length, cols, data }, problems, pictures: 0, seconds: 0 };
    },
  };
}

function faultOf(row: Float32Array | Float64Array | undefined, width: number | undefined): string | undefined {
  if (row === undefined) return 'does not exist';
  if (row.length !== width) return `has ${row.length} values where others have ${width}`;
  if (!row.every(Number.isFinite)) return 'holds values that are not finite';
  return row.every((value) => value === 0) ? 'holds nothing but zeros' : undefined;
}

function imagesOf(part: MegaFacePart, folder: string, paths: readonly string[]): ImageSet {
  const file = (index: number) => join(folder, `${part}_images`, paths[index] ?? '');
  return {
    name: part,
    length: paths.length,
    read: (index) => new Uint8Array(readFileSync(file(index))),
    place: (index) => ({ file: file(index) }),
  };
}

function unitSums({ rows, cols, data: straight }: Matrix, flips: Matrix | undefined): Matrix {
  const data = new Float32Array(rows * cols);
  const sum = new Float64Array(cols);
  for (let row = 0; row < rows; row++) {
    let squares = 0;
    for (let k = 0; k < cols; k++) {
      const at = row * cols + k;
      const value = (straight[at] ?? Number.NaN) + (flips ? (flips.data[at] ?? Number.NaN) : 0);
      sum[k] = value;
      squares += value * value;
    }
    const length = Math.sqrt(squares); // of a zero row the quotients are NaN: it has no direction
    for (let k = 0; k < cols; k++) data[row * cols + k] = (sum[k] as number) / length; // cols of them
  }
  return { rows, cols, data };
}
