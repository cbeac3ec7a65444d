import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { inspect, type Landmarks, openBenchmark, planCrops } from '@pocketnet/data';
import { describe, expect, it } from 'vitest';
import { fiducials, writeCfp } from './benchmark-folders.js';
import { jpegShell, temporaryFolder } from './format-fixtures.js';

const folder = temporaryFolder();
/** A face that looks straight ahead, turned by an angle in the plane of the photo. */
const turned = (angle: number): Landmarks =>
  [
    [-20, -15],
    [20, -15],
    [0, 5],
    [-15, 25],
    [15, 25],
  ].map(([x = 0, y = 0]) => [
    125 + x * Math.cos(angle) - y * Math.sin(angle),
    120 + x * Math.sin(angle) + y * Math.cos(angle),
  ]) as unknown as Landmarks;
const angles = (person: number) => 0.15 * ((person % 7) - 3);
const studio = { photo: () => jpegShell(250, 250), landmarks: (person: number) => turned(angles(person)) };

const close = (found: Landmarks | undefined, wanted: Landmarks): void => {
  for (const [i, [x, y]] of wanted.entries()) {
    expect(found?.[i]?.[0]).toBeCloseTo(x, 3);
    expect(found?.[i]?.[1]).toBeCloseTo(y, 3);
  }
};

describe('the fiducials of CFP', () => {
  writeCfp(join(folder, 'cfp'), studio);
  const set = openBenchmark(`cfp_fp:${join(folder, 'cfp')}`);

  it('of a frontal photo are mirrored on the midline, however the head is turned in the plane', () => {
    for (const person of [0, 1, 2, 3, 4, 5, 6]) {
      const image = `Data/Images/${String(person + 1).padStart(3, '0')}/frontal/01.jpg`;
      close(set.landmarks(image), turned(angles(person)));
    }
  });

  it('of a profile are those of the visible side, and of the midline for the hidden one', () => {
    const { leftward, rightward } = profiles();
    close(set.landmarks('Data/Images/001/profile/01.jpg'), studio.landmarks(0)); // the studio's own, seen half
    for (const [i, { points, wanted }] of [leftward, rightward].entries()) {
      const file = join(folder, `cfp/Data/Fiducial/9${i}/profile/01.txt`);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, points.map((point) => point.join(',')).join('\r\n'));
      close(set.landmarks(`Data/Images/9${i}/profile/01.jpg`), wanted);
    }
  });

  it('are missing or damaged by their file', () => {
    expect(set.landmarks('Data/Images/400/profile/01.jpg')).toBeUndefined();
    const file = join(folder, 'cfp/Data/Fiducial/91/frontal/01.txt');
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, '1,2\n3,4\n');
    expect(() => set.landmarks('Data/Images/91/frontal/01.jpg')).toThrow(
      /frontal.01\.txt: holds 2 points instead of 30/,
    );
  });
});

describe('the crops of a benchmark', () => {
  const bare = join(folder, 'bare');
  writeCfp(bare, { photo: studio.photo });
  const entry = { landmarks: turned(0) };
  const write = (photos: Record<string, unknown>): string => {
    const path = join(folder, 'points.json');
    writeFileSync(path, JSON.stringify(photos));
    return path;
  };
  const { images } = openBenchmark(`cfp_fp:${bare}`);

  it('leave out the photos without landmarks, and count them; without any they are refused, with what to give', async () => {
    const all = Object.fromEntries(images.map((image) => [image, entry]));
    for (const image of images.slice(0, 3)) delete all[image];
    const plan = await planCrops(openBenchmark(`cfp_fp:${bare}`), { landmarks: write(all) });
    expect([plan.points.size, plan.without, plan.taken]).toEqual([images.length - 3, images.slice(0, 3), 0]);
    expect(plan.problems[0]).toMatch(
      /^3 of 40 photos are no crops of 112x112 and have no landmarks: .* --landmarks FILE/,
    );
    await expect(planCrops(openBenchmark(`cfp_fp:${bare}`))).rejects.toThrow(
      /40 of 40 photos are no crops .* Give five points of each photo with --landmarks FILE\.json/,
    );
  });

  it.each(['../', './', '../../', ''])(
    'understand photos named from a folder beside theirs: %sData/Images/…',
    async (before) => {
      const landmarks = write(Object.fromEntries(images.map((image) => [before + image, entry])));
      expect((await planCrops(openBenchmark(`cfp_fp:${bare}`), { landmarks })).points.size).toBe(images.length);
    },
  );

  it('are counted by `inspect`, at the locations that the other verbs take', async () => {
    const found = await inspect(`cfp_fp:${join(folder, 'cfp')}`);
    expect(found).toMatchObject({
      kind: 'cfp_fp',
      pairs: { total: 40, same: 20, folds: 10 },
      crops: { aligned: 40, taken: 0, withoutLandmarks: 0 },
      problems: [],
      sizes: [{ format: 'jpeg', width: 250, height: 250, images: 40 }],
    });
    const landmarks = write({ [images[0] ?? '']: entry });
    expect(await inspect(`cfp_fp:${bare}`, { landmarks })).toMatchObject({
      crops: { aligned: 1, withoutLandmarks: 39 },
    });
  });
});

it.each([
  ['cfp-fp', /there is no benchmark "cfp-fp"\. Did you mean cfp_fp:/],
  ['CFP_FP', /Did you mean cfp_fp:/],
  ['agedb', /Did you mean agedb_30:/],
  ['cfp', /Did you mean cfp_fp:.* or cfp_ff:/],
])('%s suggests the benchmark that is meant', async (name, message) => {
  expect(() => openBenchmark(`${name}:${folder}`)).toThrow(message);
  await expect(inspect(`${name}:${folder}`)).rejects.toThrow(message);
});

/** Half a head that looks to the left or the right: what is on the midline, and the visible eye and corner of the mouth. */
function profiles() {
  const midline = { eye: [60, 50], nose: [45, 75], mouth: [62, 95] } as const;
  const visible = { eye: [90, 52], mouth: [85, 97] } as const;
  const points = fiducials([visible.eye, midline.eye, midline.nose, visible.mouth, midline.mouth], true);
  const flip = ([x, y]: readonly [number, number]) => [200 - x, y] as const;
  const leftward: Landmarks = [midline.eye, visible.eye, midline.nose, midline.mouth, visible.mouth];
  const rightward: Landmarks = [
    flip(visible.eye),
    flip(midline.eye),
    flip(midline.nose),
    flip(visible.mouth),
    flip(midline.mouth),
  ];
  return { leftward: { points, wanted: leftward }, rightward: { points: points.map(flip), wanted: rightward } };
}
