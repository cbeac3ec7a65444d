import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { blankPicture, decodeJpeg, drawFace, encodeJpegSync, type Picture } from '@pocketnet/data';
import { Random } from '@pocketnet/files';
import type { Embedder } from '@pocketnet/lab';
import { arcfaceTemplate } from 'pocketnet/align';

/** One face of a generated IJB folder. */
export interface DrawnFace {
  readonly name: string;
  readonly template: number;
  readonly media: number;
  readonly score: number;
  /** The face in the loose crop, cut out where it was put. */
  readonly aligned: Picture;
}

export interface DrawnIjb {
  readonly faces: readonly DrawnFace[];
  readonly pairs: readonly (readonly [first: number, second: number, same: 0 | 1])[];
  /** Person of each template. */
  readonly subjects: ReadonlyMap<number, number>;
  readonly galleries: readonly (readonly number[])[];
  readonly probes: readonly number[];
}

const PEOPLE = 8;
const SIZE = 112;

/**
 * Writes a folder of IJB-C's layout with drawn faces: of each person one gallery template and three probe templates of one to
 * three faces, in galleries of half of the people each. A loose crop holds an aligned face somewhere in a larger picture.
 */
export function writeIjbFolder(folder: string, seed = 1): DrawnIjb {
  const random = new Random(seed);
  const meta = join(folder, 'meta');
  for (const part of [meta, join(folder, 'loose_crop')]) mkdirSync(part, { recursive: true });
  const faces: DrawnFace[] = [];
  const landmarks: string[] = [];
  const subjects = new Map<number, number>();
  const galleryOf = (person: number) => 5 + 3 * person;
  const probesOf = (person: number) => [0, 1, 2].map((k) => 180_000 + 10 * person + k);
  const people = Array.from({ length: PEOPLE }, (_, person) => person);

  let sample = 0;
  for (const person of people) {
    for (const template of [galleryOf(person), ...probesOf(person)]) {
      subjects.set(template, 1000 + person);
      for (let k = 0; k <= random.int(3); k++) {
        const [x, y] = [10 + random.int(20), 5 + random.int(20)];
        const name = `${faces.length + 1}.jpg`;
        const loose = encodeJpegSync(pasted(drawFace(person, sample++, { seed, size: SIZE }), x, y), 95);
        writeFileSync(join(folder, 'loose_crop', name), loose);
        const aligned = cut(decodeJpeg(loose), x, y);
        const score = 0.5 + random.int(500) / 1000;
        const points = arcfaceTemplate(SIZE).flatMap(([px, py]) => [px + x, py + y]);
        landmarks.push([name, ...points.map((value) => value.toFixed(4)), score].join(' '));
        faces.push({ name, template, media: 70_000 + random.int(2), score, aligned });
      }
    }
  }
  const pairs = people.flatMap((a) =>
    people.flatMap((b) => probesOf(b).map((probe) => [galleryOf(a), probe, a === b ? 1 : 0] as const)),
  );
  const galleries = [0, 1].map((half) => people.filter((person) => person % 2 === half).map(galleryOf));
  const probes = people.flatMap(probesOf);
  const write = (name: string, lines: readonly string[]) => writeFileSync(join(meta, name), `${lines.join('\n')}\n`);
  const list = (templates: readonly number[]) => [
    'TEMPLATE_ID,SUBJECT_ID,FILENAME',
    ...faces
      .filter(({ template }) => templates.includes(template))
      .map(({ name, template }) => `${template},${subjects.get(template)},img/${name}`),
  ];
  write(
    'ijbc_face_tid_mid.txt',
    faces.map(({ name, template, media }) => `${name} ${template} ${media}`),
  );
  write('ijbc_name_5pts_score.txt', landmarks);
  write(
    'ijbc_template_pair_label.txt',
    pairs.map((pair) => pair.join(' ')),
  );
  write('ijbc_1N_gallery_G1.csv', list(galleries[0] ?? []));
  write('ijbc_1N_gallery_G2.csv', list(galleries[1] ?? []));
  write('ijbc_1N_probe_mixed.csv', list(probes));
  return { faces, pairs, subjects, galleries, probes };
}

function pasted(face: Picture, x: number, y: number): Picture {
  const loose = blankPicture(SIZE + 40, SIZE + 30);
  for (let row = 0; row < face.height; row++) {
    const line = face.data.subarray(3 * row * face.width, 3 * (row + 1) * face.width);
    loose.data.set(line, 3 * ((row + y) * loose.width + x));
  }
  return loose;
}

function cut(loose: Picture, x: number, y: number): Picture {
  const face = blankPicture(SIZE, SIZE);
  for (let row = 0; row < SIZE; row++) {
    const from = 3 * ((row + y) * loose.width + x);
    face.data.set(loose.data.subarray(from, from + 3 * SIZE), 3 * row * SIZE);
  }
  return face;
}

const CELLS = 7;
const SIDE = SIZE / CELLS;
/** The cell that a pixel lies in. */
const CELL_OF = Int32Array.from(
  { length: SIZE * SIZE },
  (_, pixel) => Math.floor(pixel / SIZE / SIDE) * CELLS + Math.floor((pixel % SIZE) / SIDE),
);

/** An embedder that needs no training: the mean colours of a grid of cells, less 0.1, which tells drawn people well enough apart. */
export const gridEmbedder: Embedder = {
  name: 'grid',
  dimension: 3 * CELLS * CELLS,
  size: SIZE,
  async embed(images, count) {
    const { dimension } = this;
    const out = new Float32Array(count * dimension).fill(-0.1);
    for (let pixel = 0; pixel < count * SIZE * SIZE; pixel++) {
      const image = Math.floor(pixel / (SIZE * SIZE));
      const at = image * dimension + 3 * (CELL_OF[pixel % (SIZE * SIZE)] ?? 0);
      for (let channel = 0; channel < 3; channel++)
        out[at + channel] = (out[at + channel] ?? 0) + (images[3 * pixel + channel] ?? 0) / SIDE ** 2;
    }
    return out;
  },
  async close() {},
};
