// Grouping of many faces, off the page's thread.
import { type Cluster, clusterFaces } from 'pocketnet/cluster';
import type { Statement } from '../people/statement.js';
import { type KeyedFace, meaningOf } from '../views/sort/meaning.js';
import { type Doubt, doubtsAmong } from './doubts.js';
import { GroupSums } from './group-sums.js';
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
  /** Pairs of groups that may be one person. */
  readonly doubts: readonly Doubt[];
  /** Whether the last statement cannot be: it would make one person of two in a photo. */
  readonly refused: boolean;
}

let faces: readonly SortedFace[] = [];

export const sorting = {
  /** The faces that are to be grouped from now on. */
  take(all: readonly SortedFace[]): void {
    faces = all;
  },

  /** Groups them at a cosine, as far as what was said leaves open; groups that are alike from another one on are doubtful. */
  group(statements: readonly Statement[], threshold: number, doubtful: number): Grouped {
    const { person, not, hidden, together, apart, impossible } = meaningOf(statements, faces);
    const kept = faces.flatMap((_, face) => (hidden.has(face) ? [] : [face]));
    const place = new Map(kept.map((face, index) => [face, index]));
    const placed = (pairs: readonly (readonly [number, number])[]) =>
      pairs.flatMap(([a, b]) => {
        const [x, y] = [place.get(a), place.get(b)];
        return x === undefined || y === undefined ? [] : [[x, y] as const];
      });
    const found = clusterFaces(kept.map(vectorOf), {
      threshold,
      photos: kept.map((face) => faces[face]?.photo),
      together: placed(together),
      apart: placed(apart),
    });
    const groups = found.map(({ faces: members, likeness }): Group => {
      const own = members.map((index) => kept[index] ?? 0);
      const named = own.find((face) => person.has(face));
      return {
        ...{ faces: own, likeness },
        person: named === undefined ? undefined : person.get(named),
        not: [...new Set(own.flatMap((face) => [...(not.get(face) ?? [])]))],
      };
    });
    const doubts = doubtsAmong(
      groups.map((group) => group.faces),
      vectorOf,
      (face) => faces[face]?.photo ?? -1,
      apart,
      doubtful,
    );
    return {
      groups,
      doubts,
      refused: impossible > 0 && impossible > meaningOf(statements.slice(0, -1), faces).impossible,
    };
  },

  /** Mean cosines of a group with others. */
  alike(group: readonly number[], others: readonly (readonly number[])[]): number[] {
    const sums = new GroupSums([group, ...others], vectorOf);
    return others.map((_, index) => sums.cosine(0, index + 1));
  },
};

export type Sorting = typeof sorting;

const vectorOf = (face: number): Float32Array => faces[face]?.vector ?? new Float32Array();

serve(sorting);
