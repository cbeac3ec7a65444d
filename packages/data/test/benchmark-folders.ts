import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { LandmarkPoint, Landmarks } from '@pocketnet/data';
import { type MatInput, matFile } from './mat-writer.js';

// Folders of the benchmarks' official layouts, with invented people: in each fold as many as it has genuine pairs.

export const FOLDS = 10;
export const HALF = 2;

/** Photos for a layout: of person p (from 0), shot 0 or 1. */
export interface Studio {
  photo(person: number, shot: number): Uint8Array;
  landmarks?(person: number, shot: number): Landmarks;
}

interface Pair {
  a: [person: number, shot: number];
  b: [person: number, shot: number];
}

/** Genuine pairs are shots 0 and 1 of a person; impostors shot 0 of one and shot 1 of the next in the fold. */
const genuine = (fold: number): Pair[] => people(fold).map((person) => ({ a: [person, 0], b: [person, 1] }));
const impostors = (fold: number): Pair[] =>
  people(fold).map((person, i, all) => ({ a: [person, 0], b: [all[(i + 1) % all.length] ?? 0, 1] }));
const people = (fold: number): number[] => Array.from({ length: HALF }, (_, i) => fold * HALF + i);
const folds = Array.from({ length: FOLDS }, (_, fold) => fold);
const everyone = folds.flatMap(people);

function put(folder: string, path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
}

function putPhotos(folder: string, studio: Studio, path: (person: number, shot: number) => string): void {
  for (const person of everyone) for (const shot of [0, 1]) put(folder, path(person, shot), studio.photo(person, shot));
}

const name = (person: number): string => `Person-${person}_van_Jr`;
const padded = (number: number, digits: number): string => String(number).padStart(digits, '0');

export function writeLfw(folder: string, studio: Studio): void {
  putPhotos(folder, studio, (person, shot) => `lfw/${name(person)}/${name(person)}_${padded(shot + 1, 4)}.jpg`);
  const body = folds.flatMap((fold) => [
    ...genuine(fold).map(({ a: [person] }) => `${name(person)}\t1\t2`),
    ...impostors(fold).map(({ a, b }) => `${name(a[0])}\t${a[1] + 1}\t${name(b[0])}\t${b[1] + 1}`),
  ]);
  put(folder, 'pairs.txt', `${[`${FOLDS}\t${HALF}`, ...body].join('\n')}\n`);
}

function twoLineList(file: (person: number, shot: number) => string, label: (fold: number) => number): string {
  const lines = (pairs: Pair[], mark: number): string[] =>
    pairs.flatMap(({ a, b }) => [`${file(...a)} ${mark}`, `${file(...b)} ${mark}`]);
  return [
    ...folds.flatMap((fold) => lines(genuine(fold), label(fold))),
    ...folds.flatMap((fold) => lines(impostors(fold), 0)),
  ].join('\n');
}

function putFiveLines(
  folder: string,
  place: string,
  studio: Studio,
  file: (person: number, shot: number) => string,
): void {
  for (const person of everyone) {
    for (const shot of [0, 1]) {
      const points = studio.landmarks?.(person, shot);
      const path = `${place}/${file(person, shot).replace('.jpg', '_5loc_attri.txt')}`;
      if (points) put(folder, path, `${points.map((point) => point.join(' ')).join('\r\n')}\r\n`);
    }
  }
}

export function writeCalfw(folder: string, studio: Studio): void {
  const file = (person: number, shot: number) => `${name(person)}_${padded(shot + 1, 4)}.jpg`;
  const originals = 'images&landmarks/images&landmarks';
  putPhotos(folder, studio, (person, shot) => `${originals}/images/${file(person, shot)}`);
  putPhotos(
    folder,
    { photo: () => Buffer.from('not to be read') },
    (person, shot) => `aligned images/${file(person, shot)}`,
  );
  putFiveLines(folder, `${originals}/CA_landmarks`, studio, file);
  put(
    folder,
    'pairs_CALFW.txt',
    twoLineList(file, (fold) => fold + 1),
  );
}

export function writeCplfw(folder: string, studio: Studio): void {
  const file = (person: number, shot: number) => `${name(person)}_${shot + 1}.jpg`;
  putPhotos(folder, studio, (person, shot) => `images/${file(person, shot)}`);
  putFiveLines(folder, 'CP_landmarks', studio, file);
  put(folder, 'pairs_CPLFW.txt', `name same_person\r\n${twoLineList(file, () => 1).replaceAll('\n', '\r\n')}`);
}

/**
 * The 30 points that CFP ships for one half of a face, of its five: the eye's six in a ring, the midline's between them. Of a profile the
 * second eye and corner of the mouth are those of the midline.
 */
export function fiducials([eye, otherEye, nose, mouth, otherMouth]: Landmarks, isProfile: boolean): LandmarkPoint[] {
  const points = Array.from({ length: 30 }, (): LandmarkPoint => [1, 1]);
  const between = (a: LandmarkPoint, b: LandmarkPoint, share: number): LandmarkPoint => [
    a[0] + share * (b[0] - a[0]),
    a[1] + share * (b[1] - a[1]),
  ];
  for (let i = 0; i < 6; i++) {
    points[12 + i] = [eye[0] + 3 * Math.cos((i * Math.PI) / 3), eye[1] + 3 * Math.sin((i * Math.PI) / 3)];
  }
  const top = isProfile ? otherEye : between(eye, otherEye, 0.5);
  const lips = isProfile ? otherMouth : between(mouth, otherMouth, 0.5);
  for (const [number, share] of [
    [18, 0],
    [19, 0.3],
    [22, 0.7],
    [26, 0.9],
    [27, 0.95],
    [28, 1],
    [29, 1.05],
  ] as const) {
    points[number] = between(top, lips, share);
  }
  [points[21], points[25]] = [nose, mouth];
  return points;
}

/** Shot 0 is frontal, shot 1 profile; FF takes shot 1 from the frontal ones too. */
export function writeCfp(folder: string, studio: Studio): void {
  const at = (person: number, view: string, number: number) =>
    `Data/Images/${padded(person + 1, 3)}/${view}/${padded(number, 2)}.jpg`;
  for (const person of everyone) {
    put(folder, at(person, 'frontal', 1), studio.photo(person, 0));
    put(folder, at(person, 'frontal', 2), studio.photo(person, 1));
    put(folder, at(person, 'profile', 1), studio.photo(person, 1));
  }
  for (const person of everyone) {
    for (const [view, number, shot] of [
      ['frontal', 1, 0],
      ['frontal', 2, 1],
      ['profile', 1, 1],
    ] as const) {
      const points = studio.landmarks?.(person, shot);
      const path = at(person, view, number).replace('Images', 'Fiducial').replace('.jpg', '.txt');
      if (points)
        put(
          folder,
          path,
          fiducials(points, view === 'profile')
            .map((point) => point.join(','))
            .join('\n'),
        );
    }
  }
  const frontal = everyone.flatMap((person) => [at(person, 'frontal', 1), at(person, 'frontal', 2)]);
  const profile = everyone.map((person) => at(person, 'profile', 1));
  const list = (paths: string[]) => paths.map((path, i) => `${i + 1} ../${path}`).join('\n');
  put(folder, 'Protocol/Pair_list_F.txt', list(frontal));
  put(folder, 'Protocol/Pair_list_P.txt', list(profile));
  put(folder, 'Protocol/Split/FF/.DS_Store', '');
  for (const fold of folds) {
    for (const [half, pairs] of [
      ['same', genuine(fold)],
      ['diff', impostors(fold)],
    ] as const) {
      const number = padded(fold + 1, 2);
      const ff = pairs.map(({ a, b }) => `${2 * a[0] + a[1] + 1},${2 * b[0] + b[1] + 1}`);
      const fp = pairs.map(({ a, b }) => `${2 * a[0] + a[1] + 1},${b[0] + 1}`);
      put(folder, `Protocol/Split/FF/${number}/${half}.txt`, ff.join('\n'));
      put(folder, `Protocol/Split/FP/${number}/${half}.txt`, `${fp.join('\r\n')}\r\n`);
    }
  }
}

/** `.pts` hold 68 points, each eye's six in a ring around its middle. */
export function writeAgedb(folder: string, studio: Studio, compress = true): void {
  const stem = (person: number, shot: number) => `${person}_${name(person)}_${30 + 30 * shot}_f`;
  putPhotos(folder, studio, (person, shot) => `03_Protocol_Images/${stem(person, shot)}.jpg`);
  for (const person of everyone) {
    for (const shot of [0, 1]) {
      const points = studio.landmarks?.(person, shot);
      if (points) put(folder, `03_Protocol_Images/${stem(person, shot)}.pts`, pts(points));
    }
  }
  const image = ([person, shot]: [number, number]): MatInput => ({ struct: { name: stem(person, shot), age: [30] } });
  const split = (fold: number): MatInput => {
    const pairs = [...genuine(fold), ...impostors(fold)];
    const labels = pairs.map((_, i) => (i < HALF ? 1 : -1));
    const images = { cell: pairs.flatMap(({ a, b }) => [image(a), image(b)]), dims: [2, pairs.length] };
    return { struct: { images, labels } };
  };
  put(
    folder,
    '04_FINAL_protocol_30_years.mat',
    matFile('splits', { cell: folds.map(split), dims: [FOLDS, 1] }, compress),
  );
}

function pts([left, right, nose, mouthLeft, mouthRight]: Landmarks): string {
  const points = Array.from({ length: 68 }, (): readonly [number, number] => [1, 1]);
  for (const [start, [x, y]] of [
    [36, left],
    [42, right],
  ] as const) {
    for (let i = 0; i < 6; i++) {
      points[start + i] = [x + 5 * Math.cos((i * Math.PI) / 3), y + 5 * Math.sin((i * Math.PI) / 3)];
    }
  }
  [points[30], points[48], points[54]] = [nose, mouthLeft, mouthRight];
  return `version: 1\nn_points:  68\n{\n${points.map((point) => point.join(' ')).join('\n')}\n}\n`;
}
