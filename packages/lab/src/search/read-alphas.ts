import { statSync } from 'node:fs';
import { loadTensors, scope, type Tensor } from '@pocketnet/torch';
import { checkpointFile } from '../runs/resumable.js';
import type { CellType } from '../search-space/alphas.js';
import type { AlphaValues } from '../search-space/derive.js';

/** α of a search's checkpoint, its folder, or an official state dict (`alpha_normal.0` …), and what the file says of its search. */
export function readAlphas(path: string): {
  alphas: Record<CellType, AlphaValues>;
  about: Readonly<Record<string, unknown>>;
} {
  const file = statSync(path, { throwIfNoEntry: false })?.isDirectory() ? checkpointFile(path) : path;
  return scope(() => {
    const { tensors, metadata } = loadTensors(file);
    const cell = (kind: CellType): AlphaValues => {
      const named = Array.from(tensors).flatMap(([name, value]): [number, Tensor][] => {
        const node = new RegExp(`(?:^|\\.)alpha_${kind}\\.(\\d+)$`).exec(name)?.[1];
        return node === undefined || name.startsWith('architect.') ? [] : [[Number(node), value]];
      });
      if (named.length === 0)
        throw new Error(`${file} holds no architecture parameters alpha_${kind}.0 …: it is no checkpoint of a search.`);
      return named.sort(([a], [b]) => a - b).map(([, value]) => rows(value));
    };
    return { alphas: { normal: cell('normal'), reduce: cell('reduce') }, about: JSON.parse(metadata.recipe ?? '{}') };
  });
}

function rows(matrix: Tensor): number[][] {
  const values = Array.from(matrix.toArray(), Number);
  const [edges = 0, columns = 0] = matrix.shape;
  return Array.from({ length: edges }, (_, edge) => values.slice(edge * columns, (edge + 1) * columns));
}
