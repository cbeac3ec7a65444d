// Grouping of many faces, off the page's thread.
import { type Cluster, clusterFaces } from 'pocketnet/cluster';
import type { Statement } from '../people/statement.js';
import { type KeyedFace, meaningOf } from '../views/sort/meaning.js';
import { serve } from './remote.js';

/** A face that is to be grouped. */
export interface SortedFace extends KeyedFace {
  readonly vector: Float32Array;
}

/** Faces that are taken for one person, and what a user said of who it is. */
export interface Group extends Cluster {
  readonly person: string | undefined;
  /** Who it is not. */
  readonly not: readonly string[];
}

export interface Grouped {
  readonly groups: readonly Group[];
  /** Whether the last statement cannot be: it would make one person of two in a photo. */
  readonly refused: boolean;
}

let faces: readonly SortedFace[] = [];

export const sorting = {
  /** The faces that are to be grouped from now on. */
  take(all: readonly SortedFace[]): void {
    faces = all;
  },

  /** Groups them at a cosine, as far as what was said leaves open. */
  group(statements: readonly Statement[], threshold: number): Grouped {
    const { person, not, hidden, together, apart, impossible } = meaningOf(statements, faces);
    const kept = faces.flatMap((_, face) => (hidden.has(face) ? [] : [face]));
    const place = new Map(kept.map((face, index) => [face, index]));
    const placed = (pairs: readonly (readonly [number, number])[]) =>
      pairs.flatMap(([a, b]) => {
        const [x, y] = [place.get(a), place.get(b)];
        return x === undefined || y === undefined ? [] : [[x, y] as const];
      });
    const found = clusterFaces(
      kept.map((face) => faces[face]?.vector ?? []),
      {
        threshold,
        photos: kept.map((face) => faces[face]?.photo),
        together: placed(together),
        apart: placed(apart),
      },
    );
    const groups = found.map(({ faces: members, likeness }): Group => {
      const own = members.map((index) => kept[index] ?? 0);
      const named = own.find((face) => person.has(face));
      return {
        ...{ faces: own, likeness },
        person: named === undefined ? undefined : person.get(named),
        not: [...new Set(own.flatMap((face) => [...(not.get(face) ?? [])]))],
      };
    });
    return { groups, refused: impossible > 0 && impossible > meaningOf(statements.slice(0, -1), faces).impossible };
  },

  /** Mean cosines of a group with others. */
  alike(group: readonly number[], others: readonly (readonly number[])[]): number[] {
    const own = meanOf(group);
    return others.map((other) => {
      const mean = meanOf(other);
      return own.reduce((sum, value, i) => sum + value * (mean[i] ?? 0), 0);
    });
  },
};

export type Sorting = typeof sorting;

function meanOf(group: readonly number[]): Float64Array {
  const mean = new Float64Array(faces[0]?.vector.length ?? 0);
  for (const face of group)
    for (const [i, value] of (faces[face]?.vector ?? []).entries())
      mean[i] = (mean[i] ?? 0) + value / Math.max(1, group.length);
  return mean;
}

serve(sorting);
