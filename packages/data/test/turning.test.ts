import { drawFace, type Picture, resizePicture, turn, turnPicture, turnTable } from '@pocketnet/data';
import { Random } from '@pocketnet/files';
import { describe, expect, it } from 'vitest';
import { mirrored } from '../src/augment/flip.js';
import { HEAD_POINTS } from '../src/turning/mean-head.js';
import { projectHead } from '../src/turning/project.js';

const seed = Math.floor(Math.random() * 2 ** 32);
const YAWS = [-75, -60, -45, -30, -10, 10, 30, 45, 60, 75];
const POSES = [-15, 0, 15].flatMap((pitch) => YAWS.map((yaw) => ({ yaw, pitch, border: 0.1 })));
const face = drawFace(3, 1);

describe('a turned head', () => {
  it.each([112, 80, 64])('of no yaw and no pitch is the crop itself, at %i pixels', (size) => {
    const crop = resizePicture(face, size, size);
    const still = turnPicture(crop, { yaw: 0, pitch: 0, border: 0 });
    expect(largest(still, crop)).toBeLessThanOrEqual(1);
  });

  it('has its five points where alignment puts those of every crop: none shifted, turned or scaled on the whole', () => {
    for (const pose of POSES) {
      const points = HEAD_POINTS.map(projectHead(pose));
      const [from, to] = [centred(points), centred(HEAD_POINTS)];
      expect(from.x).toBeCloseTo(to.x, 6);
      expect(from.y).toBeCloseTo(to.y, 6);
      // The residual of a least-squares similarity stands upright on the points themselves and on the points turned by 90 degrees.
      const residuals = from.points.map(([x, y], i) => [x - (to.points[i]?.[0] ?? 0), y - (to.points[i]?.[1] ?? 0)]);
      const along = from.points.reduce((sum, [x, y], i) => sum + x * at(residuals[i], 0) + y * at(residuals[i], 1), 0);
      const across = from.points.reduce((sum, [x, y], i) => sum + x * at(residuals[i], 1) - y * at(residuals[i], 0), 0);
      expect(along).toBeCloseTo(0, 6);
      expect(across).toBeCloseTo(0, 6);
    }
  });

  it('shows the tip of the nose where the head has it, to the right for a positive yaw and up for a positive pitch', () => {
    for (const pose of POSES.filter(({ yaw }) => Math.abs(yaw) <= 60)) {
      const nose = HEAD_POINTS[2] ?? [0, 0, 0];
      const [x, y] = projectHead(pose)(nose);
      const [fromX, fromY] = look(turnTable(pose, 112, 112), Math.round(x), Math.round(y));
      expect(Math.hypot(fromX - nose[0], fromY - nose[1])).toBeLessThan(4);
    }
    const nose = (yaw: number, pitch: number) => projectHead({ yaw, pitch })(HEAD_POINTS[2] ?? [0, 0, 0]);
    expect(nose(30, 0)[0]).toBeGreaterThan(nose(0, 0)[0] + 5);
    expect(nose(-30, 0)[0]).toBeLessThan(nose(0, 0)[0] - 5);
    expect(nose(0, 10)[1]).toBeLessThan(nose(0, 0)[1] - 1);
  });

  it('looks at places inside of the crop only, for any size and pose', () => {
    for (const [width, height] of [
      [112, 112],
      [64, 64],
      [23, 17],
      [1, 1],
    ] as const) {
      for (const pose of [...POSES, { yaw: 85, pitch: 30, border: 0.5 }, { yaw: -85, pitch: -30, border: 0 }]) {
        const table = turnTable(pose, width, height);
        expect(table.every((place, i) => place >= 0 && place <= (i % 2 ? height : width) - 1)).toBe(true);
      }
    }
  });

  it('of the mirror image, turned to the other side, is the mirror image of the turned one', () => {
    // The template is not quite in the middle of the crop: some pixels of the silhouette differ, the pictures hardly.
    for (const { yaw, pitch, border } of POSES) {
      const one = mirrored(turnPicture(face, { yaw, pitch, border }));
      const other = turnPicture(mirrored(face), { yaw: -yaw, pitch, border });
      expect(mean(one, other), `yaw ${yaw}, pitch ${pitch}`).toBeLessThan(8);
      const wrong = turnPicture(mirrored(face), { yaw, pitch, border });
      if (Math.abs(yaw) >= 30) expect(mean(one, wrong)).toBeGreaterThan(3 * mean(one, other));
    }
  });

  it('is the same at every training size', () => {
    for (const size of [80, 64]) {
      for (const pose of POSES) {
        const [large, small] = [turnTable(pose, 112, 112), turnTable(pose, size, size)];
        const apart: number[] = [];
        for (let y = 0; y < size; y++) {
          for (let x = 0; x < size; x++) {
            const there = look(large, Math.round(scaled(x, size, 112)), Math.round(scaled(y, size, 112)));
            const here = look(small, x, y).map((value) => scaled(value, size, 112));
            apart.push(Math.hypot(at(here, 0) - at(there, 0), at(here, 1) - at(there, 1)));
          }
        }
        // Half a pixel of the target at most beside, which a steep side of the head makes some of the source.
        expect(apart.sort((a, b) => a - b)[Math.floor(0.75 * apart.length)]).toBeLessThan(2.5);
      }
    }
  });

  it('fills what the head leaves free from the outer columns of that side, in the same row', () => {
    const beside = (border: number): [number, number] =>
      look(turnTable({ yaw: 60, pitch: 0, border }, 112, 112), 105, 50);
    expect(beside(0)).toEqual([111, 50]);
    const [x, y] = beside(0.1);
    expect(x).toBeGreaterThan(111 - 11.2);
    expect(x).toBeLessThan(111);
    expect(y).toBe(50);
  });
});

describe('the augmentation turn', () => {
  const draw = (settings: Partial<Record<keyof typeof turn.parameters, number>>, count = 20_000) => {
    const defaults = Object.entries(turn.parameters).map(([key, parameter]) => [key, parameter.default]);
    const all = { ...Object.fromEntries(defaults), ...settings };
    return Array.from({ length: count }, (_, i) => turn.draw(new Random(seed, i), all, face));
  };
  const share = (turns: ReturnType<typeof draw>, test: (size: number) => boolean): number =>
    turns.filter(({ yaw }) => test(Math.abs(yaw))).length / turns.length;

  it(`draws within its bounds, to both sides alike, from few poses (seed ${seed})`, () => {
    const turns = draw({ minYaw: 20, yaw: 70, pitch: 10 });
    expect(share(turns, (size) => size >= 20 && size <= 70)).toBe(1);
    expect(Math.max(...turns.map(({ pitch }) => Math.abs(pitch)))).toBe(10);
    expect(turns.filter(({ yaw }) => yaw > 0).length / turns.length).toBeCloseTo(0.5, 1);
    expect(new Set(turns.map(({ yaw, pitch }) => `${yaw} ${pitch}`)).size).toBeLessThanOrEqual(22 * 5);
  });

  it(`draws evenly where nothing is soft, and less and less from softFrom on (seed ${seed})`, () => {
    const even = draw({ minYaw: 0, yaw: 80, softFrom: 85 });
    expect(share(even, (size) => size > 40 && size <= 60) / share(even, (size) => size > 10 && size <= 30)).toBeCloseTo(
      1,
      1,
    );
    const soft = draw({ minYaw: 0, yaw: 80, softFrom: 60 });
    // Of [0, 80] the line from 60 to 80 has 10 of 70; its outer half (beyond 70) a quarter of that.
    expect(share(soft, (size) => size > 60)).toBeLessThan(10 / 70 + 0.02);
    expect(share(soft, (size) => size >= 75)).toBeLessThan(0.25 * share(soft, (size) => size >= 60));
    expect(share(soft, (size) => size >= 75)).toBeGreaterThan(0);
  });
});

const at = (values: readonly number[] | undefined, i: number): number => values?.[i] ?? Number.NaN;

const look = (table: Float32Array, x: number, y: number): [number, number] => {
  const i = 2 * (y * Math.sqrt(table.length / 2) + x);
  return [table[i] ?? Number.NaN, table[i + 1] ?? Number.NaN];
};

/** A coordinate in a picture of `from` pixels in one of `to`. */
const scaled = (coordinate: number, from: number, to: number): number => ((coordinate + 0.5) * to) / from - 0.5;

function centred(points: readonly (readonly number[])[]) {
  const x = points.reduce((sum, point) => sum + at(point, 0), 0) / points.length;
  const y = points.reduce((sum, point) => sum + at(point, 1), 0) / points.length;
  return { x, y, points: points.map((point): [number, number] => [at(point, 0) - x, at(point, 1) - y]) };
}

const distances = (a: Picture, b: Picture): Uint8Array => a.data.map((value, i) => Math.abs(value - (b.data[i] ?? 0)));
const largest = (a: Picture, b: Picture): number => distances(a, b).reduce((most, each) => Math.max(most, each), 0);
const mean = (a: Picture, b: Picture): number => distances(a, b).reduce((sum, each) => sum + each, 0) / a.data.length;
