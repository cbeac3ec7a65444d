import { describe, expect, it } from 'vitest';
import { doubtsAmong } from '../src/workers/doubts.js';

/** Faces as directions in a plane, by their angles in degrees. */
const angles = [0, 10, 60, 65, 130];
const vectorOf = (face: number): number[] => {
  const angle = ((angles[face] ?? 0) * Math.PI) / 180;
  return [Math.cos(angle), Math.sin(angle)];
};
const groups = [[0, 1], [2, 3], [4]];
const cosine = (degrees: number): number => Math.cos((degrees * Math.PI) / 180);

describe('Groups that may be one person', () => {
  it('are those whose faces are alike on the mean, each with the nearest, the most alike first', () => {
    const found = doubtsAmong(groups, vectorOf, (face) => face, [], cosine(80));
    expect(found.map((each) => each.groups)).toEqual([
      [0, 1],
      [1, 2],
    ]);
    const mean = (cosine(60) + cosine(65) + cosine(50) + cosine(55)) / 4;
    expect(found[0]?.cosine).toBeCloseTo(mean, 12);
    expect(doubtsAmong(groups, vectorOf, (face) => face, [], cosine(60)).map((each) => each.groups)).toEqual([[0, 1]]);
  });

  it('are not those whom a photo shows both, nor those who were said to be two', () => {
    const photoOf = (face: number): number => (face === 3 ? 0 : face);
    expect(doubtsAmong(groups, vectorOf, photoOf, [], cosine(80)).map((each) => each.groups)).toEqual([[1, 2]]);
    const apart = [[1, 2]] as const;
    expect(doubtsAmong(groups, vectorOf, (face) => face, apart, cosine(80)).map((each) => each.groups)).toEqual([
      [1, 2],
    ]);
  });
});
