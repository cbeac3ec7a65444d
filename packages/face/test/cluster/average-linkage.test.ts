import { Random } from '@pocketnet/files';
import { clusterFaces } from 'pocketnet/cluster';
import { describe, expect, it } from 'vitest';
import { InventedPeople, unit } from '../gallery/faces.js';

const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);

/** Invented people's shots, in some order, and whose each is. */
function crowd(seed: number, people: number, shots: number, noise = 0.6): { vectors: Float32Array[]; truth: number[] } {
  const invented = new InventedPeople(seed);
  const random = new Random(seed, 1);
  const all = Array.from({ length: people }, (_, person) => {
    const direction = invented.direction();
    return Array.from({ length: shots }, () => ({ person, vector: invented.shot(direction, noise).vector }));
  }).flat();
  for (let i = all.length - 1; i > 0; i--) {
    const j = Math.floor(random.between(0, i + 1));
    [all[i], all[j]] = [all[j] as (typeof all)[0], all[i] as (typeof all)[0]];
  }
  return { vectors: all.map(({ vector }) => vector), truth: all.map(({ person }) => person) };
}

/** The partition, in a form that does not depend on any order. */
const partition = (clusters: readonly (readonly number[])[]): string[] =>
  clusters.map((faces) => [...faces].sort((a, b) => a - b).join(' ')).sort();

/** Average linkage as it is defined: the two nearest groups of all are merged, pair by pair. */
function naive(
  vectors: readonly Float32Array[],
  threshold: number,
  forbidden: (a: number, b: number) => boolean = () => false,
): number[][] {
  const groups = vectors.map((_, face) => [face]);
  for (;;) {
    let best: [number, number] | undefined;
    let highest = threshold;
    for (const [i, a] of groups.entries())
      for (const [j, b] of groups.slice(0, i).entries()) {
        if (a.some((x) => b.some((y) => forbidden(x, y)))) continue;
        const pairs = a.flatMap((x) => b.map((y) => dot(vectors[x] as Float32Array, vectors[y] as Float32Array)));
        const mean = pairs.reduce((sum, value) => sum + value, 0) / pairs.length;
        if (mean >= highest) [highest, best] = [mean, [j, i]];
      }
    if (!best) return groups;
    const [into, from] = best;
    groups[into]?.push(...(groups[from] ?? []));
    groups.splice(from, 1);
  }
}

describe('Faces are grouped by average linkage', () => {
  it.each([1, 2, 3, 4, 5])('as it is defined, over all pairs, seed %i', (seed) => {
    const { vectors } = crowd(seed, 6, 5, 1.1);
    for (const threshold of [0.1, 0.3, 0.5])
      expect(partition(clusterFaces(vectors, { threshold }).map(({ faces }) => faces))).toEqual(
        partition(naive(vectors, threshold)),
      );
  });

  it.each([6, 7, 8])('also where faces of one photo, and what users said, must stay apart, seed %i', (seed) => {
    const { vectors } = crowd(seed, 5, 5, 1.1);
    const photos = vectors.map((_, face) => Math.floor(face / 3));
    const apart = [
      [0, 7],
      [3, 20],
    ] as const;
    const forbidden = (a: number, b: number): boolean =>
      photos[a] === photos[b] || apart.some(([x, y]) => (a === x && b === y) || (a === y && b === x));
    expect(partition(clusterFaces(vectors, { threshold: 0.2, photos, apart }).map(({ faces }) => faces))).toEqual(
      partition(naive(vectors, 0.2, forbidden)),
    );
  });

  it('finds people who are far from each other', () => {
    const { vectors, truth } = crowd(9, 12, 7);
    const clusters = clusterFaces(vectors, { threshold: 0.4 });
    expect(clusters).toHaveLength(12);
    for (const { faces } of clusters) expect(new Set(faces.map((face) => truth[face])).size).toBe(1);
  });

  it('in any order of the faces', () => {
    const { vectors } = crowd(10, 8, 4, 1);
    const backwards = [...vectors].reverse();
    const there = clusterFaces(vectors, { threshold: 0.3 }).map(({ faces }) => faces);
    const back = clusterFaces(backwards, { threshold: 0.3 }).map(({ faces }) =>
      faces.map((face) => vectors.length - 1 - face),
    );
    expect(partition(back)).toEqual(partition(there));
  });

  it('with the surest face first, by its mean cosine with the others', () => {
    const [cluster] = clusterFaces([unit([1, 0.6]), unit([1, 0]), unit([1, -0.1])], { threshold: 0 });
    expect(cluster?.faces[2]).toBe(0);
    expect(cluster?.likeness[1]).toBeGreaterThan(cluster?.likeness[2] ?? 1);
  });

  it('keeps to what users say: one person though far apart, two though alike', () => {
    const [same, far] = [unit([1, 0, 0]), unit([0, 1, 0])];
    const groups = clusterFaces([same, same, far], { threshold: 0.5, together: [[0, 2]], apart: [[0, 1]] });
    expect(partition(groups.map(({ faces }) => faces))).toEqual(['0 2', '1']);
  });

  it('refuses what contradicts itself or does not fit', () => {
    const one = unit([1, 0]);
    expect(() => clusterFaces([one, one], { threshold: 0, together: [[0, 1]], apart: [[1, 0]] })).toThrow(
      'Faces 0 and 1 cannot be one person',
    );
    expect(() => clusterFaces([one, one], { threshold: 0, together: [[0, 1]], photos: ['a', 'a'] })).toThrow(
      'they are of one photo',
    );
    expect(() => clusterFaces([one], { threshold: 2 })).toThrow('A threshold of 2');
    expect(() => clusterFaces([one], { threshold: 0, apart: [[0, 5]] })).toThrow('There is no face 5');
    expect(() => clusterFaces([one, unit([1, 0, 0])], { threshold: 0 })).toThrow('Face 1 has 3 numbers');
    expect(() => clusterFaces([one], { threshold: 0, photos: [] })).toThrow('0 photos');
    for (const bad of [Number.NaN, Infinity])
      expect(() => clusterFaces([one, Float32Array.of(bad, 0), one], { threshold: 0 })).toThrow('Face 1');
    expect(clusterFaces([], { threshold: 0 })).toEqual([]);
  });

  it('says how far it has come', () => {
    const shares: number[] = [];
    clusterFaces(crowd(11, 5, 3).vectors, { threshold: 0.4, onProgress: (share) => shares.push(share) });
    expect(shares.at(-1)).toBe(1);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
  });
});
