import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import type { Matrix } from '@pocketnet/evaluate';
import { type EmbeddedSet, problemsOf } from '../embed-set.js';
import type { ImageSet } from '../image-set.js';
import { kindOfFile } from '../kind.js';
import type { EmbeddingSource } from '../source.js';
import { holdsEmbeddings, readEmbeddings, readNpy } from './embeddings-file.js';

/** One way to keep embeddings: a sibling below, listed in `matrixKinds`. */
export interface MatrixKind {
  readonly name: string;
  matches(path: string): boolean;
  /** @param mirrored a second file of the same kind, with the embeddings of the mirror images */
  open(path: string, mirrored?: string): EmbeddingSource;
}

const npy: MatrixKind = {
  name: 'npy',
  matches: (path) => kindOfFile(path) === 'npy',
  open: (path, mirrored) =>
    matrixSource(
      basename(path, extname(path)),
      path,
      readNpy(path),
      mirrored === undefined ? undefined : readNpy(mirrored),
    ),
};

const safetensors: MatrixKind = {
  name: 'safetensors',
  matches: holdsEmbeddings,
  open: (path, mirrored) => {
    const { images, flips } = readEmbeddings(path);
    return matrixSource(
      basename(path, extname(path)),
      path,
      images,
      mirrored === undefined ? flips : readEmbeddings(mirrored).images,
    );
  },
};

/** Matrices named after the sets that they are of. */
const folder: MatrixKind = {
  name: 'folder',
  matches: (path) =>
    (statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false) &&
    readdirSync(path).some((name) => name.toLowerCase().endsWith('.npy')),
  open: (path) => ({
    name: basename(path),
    embed: async (set, options) => {
      const file = join(path, `${set.name}.npy`);
      if (!existsSync(file)) throw new Error(`${path} holds no ${set.name}.npy: no embeddings of ${set.name}.`);
      const mirrored = join(path, `${set.name}.mirrored.npy`);
      return npy.open(file, existsSync(mirrored) ? mirrored : undefined).embed(set, options);
    },
    close: async () => {},
  }),
};

/** Every kind of matrix; the first that matches opens it. */
export const matrixKinds: readonly MatrixKind[] = [npy, safetensors, folder];

/**
 * A matrix as a source: row i is the embedding of a set's image i, whatever the picture. Sets of other lengths are refused.
 *
 * @param flips the embeddings of the mirror images, in the same order
 */
export function matrixSource(name: string, path: string, images: Matrix, flips?: Matrix): EmbeddingSource {
  if (flips && (flips.rows !== images.rows || flips.cols !== images.cols)) {
    throw new Error(
      `${path}: the embeddings are ${images.rows} x ${images.cols}, those of the mirror images ${flips.rows} x ${flips.cols}. Save both of the same images.`,
    );
  }
  return {
    name,
    embed: async (set, options) => {
      const embedded = rowsFor(set);
      options?.onProgress?.(set.length, set.length);
      return embedded;
    },
    close: async () => {},
  };

  function rowsFor(set: ImageSet): EmbeddedSet {
    if (set.length !== images.rows) {
      throw new Error(
        `${path} holds ${images.rows} embeddings; ${set.name} has ${set.length} images. Save one row for each, in the set's order (pair i is rows 2i and 2i + 1).`,
      );
    }
    return { images, flips, problems: problemsOf(images, flips), faces: 0, seconds: 0 };
  }
}
