import { GroupSums } from './group-sums.js';

/** Two groups that may be one person. */
export interface Doubt {
  /** Indices of the groups. */
  readonly groups: readonly [number, number];
  /** Their mean cosine. */
  readonly cosine: number;
}

/** So many are enough to look at. */
const MOST = 200;

/**
 * Pairs of groups that are alike from a cosine on, the nearest first; each group with the one that is nearest to it. Those that cannot be one
 * person, since a photo shows both or a user said so, are no doubt.
 */
export function doubtsAmong(
  groups: readonly (readonly number[])[],
  vectorOf: (face: number) => ArrayLike<number>,
  photoOf: (face: number) => number,
  apart: readonly (readonly [number, number])[],
  from: number,
): Doubt[] {
  const sums = new GroupSums(groups, vectorOf);
  const photos = groups.map((faces) => new Set(faces.map(photoOf)));
  const photosOf = (group: number): number[] => [...(photos[group] ?? [])];
  const groupOf = new Map(groups.flatMap((faces, group) => faces.map((face) => [face, group] as const)));
  const two = new Set(apart.map(([a, b]) => keyOf(groupOf.get(a) ?? -1, groupOf.get(b) ?? -1)));
  const found = new Map<string, Doubt>();
  for (const a of groups.keys()) {
    let nearest: Doubt | undefined;
    for (const b of groups.keys()) {
      if (a === b) continue;
      const cosine = sums.cosine(a, b);
      if (cosine < Math.max(from, nearest?.cosine ?? from) || two.has(keyOf(a, b))) continue;
      if (photosOf(a).some((photo) => photos[b]?.has(photo))) continue;
      nearest = { groups: [Math.min(a, b), Math.max(a, b)], cosine };
    }
    if (nearest) found.set(keyOf(...nearest.groups), nearest);
  }
  return [...found.values()].sort((a, b) => b.cosine - a.cosine).slice(0, MOST);
}

const keyOf = (a: number, b: number): string => `${Math.min(a, b)} ${Math.max(a, b)}`;
