import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeJpeg, writeFeatureFile } from '@pocketnet/data';
import { type Matrix, megaface, plainProduct, recallAt, tprAtFpr, wasmProduct } from '@pocketnet/evaluate';
import { Random } from '@pocketnet/files';
import {
  type Embedder,
  evaluateMegaFace,
  type ImageSet,
  megaFaceFigures,
  torchProduct,
  writeMegaFaceResults,
} from '@pocketnet/lab';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { crowd, faces, writeMegaFaceFolder } from './megaface-folder.js';

const folder = mkdtempSync(join(tmpdir(), 'megaface-'));
afterAll(() => rmSync(folder, { recursive: true }));

const SIZE = 16;
/** A picture of coloured squares that depend on its person, with a little of its own. */
function drawn(person: number, own: number): Promise<Uint8Array> {
  const data = new Uint8Array(SIZE * SIZE * 3);
  for (let i = 0; i < data.length; i++) {
    const [pixel, c] = [Math.floor(i / 3), i % 3];
    const square = (pixel >> 6) * 4 + ((pixel % SIZE) >> 2);
    data[i] =
      128 + 90 * (new Random(1, person, square, c).next() - 0.5) + 70 * (new Random(2, own, square, c).next() - 0.5);
  }
  return encodeJpeg({ width: SIZE, height: SIZE, data }, 95);
}

/** The mean colour of each of sixteen squares. */
const squares: Embedder = {
  name: 'squares',
  dimension: 48,
  size: SIZE,
  async embed(images, count) {
    const out = new Float32Array(count * 48);
    for (let i = 0; i < count * SIZE * SIZE; i++) {
      const [image, pixel] = [Math.floor(i / SIZE ** 2), i % SIZE ** 2];
      const square = ((pixel / SIZE) >> 2) * 4 + ((pixel % SIZE) >> 2);
      for (let c = 0; c < 3; c++) {
        const at = image * 48 + square * 3 + c;
        out[at] = (out[at] ?? 0) + (images[3 * i + c] ?? 0) / 16;
      }
    }
    return out;
  },
  close: async () => {},
};

beforeAll(() => writeMegaFaceFolder(folder, drawn));

describe.each([
  ['libtorch', torchProduct],
  ['wasm', wasmProduct()],
])('the product of %s', (_, product) => {
  it('equals the plain one on blocks of any size, and passes NaN on', () => {
    for (const [p, g, width] of [
      [1, 1, 1],
      [7, 13, 5],
      [33, 70, 128],
    ] as const) {
      const left = Float32Array.from({ length: p * width }, (_, i) => Math.sin(i * 12.9) / 11);
      const right = Float32Array.from({ length: g * width }, (_, i) => Math.cos(i * 3.7) / 11);
      const [scores, reference] = [new Float32Array(p * g), new Float32Array(p * g)];
      product(left, right, width, scores);
      plainProduct(left, right, width, reference);
      expect(Math.max(...scores.map((score, i) => Math.abs(score - (reference[i] ?? 0))))).toBeLessThan(1e-5);
      left[0] = Number.NaN;
      product(left, right, width, scores);
      expect(scores.subarray(0, g).every(Number.isNaN)).toBe(true);
      expect(scores.subarray(g).every(Number.isFinite)).toBe(true);
    }
    product(new Float32Array(0), new Float32Array(6), 3, new Float32Array(0));
    expect(() => product(new Float32Array(5), new Float32Array(6), 3, new Float32Array(4))).toThrow(/do not divide/);
  });
});

describe('MegaFace on a folder', () => {
  it('measures an embedder, with and without the noise lists, by all products alike', async () => {
    const seen: number[] = [];
    const found = await evaluateMegaFace(squares, folder, {
      distractors: 100,
      product: wasmProduct(),
      onProgress: (done, total) => seen.push(done / total),
    });
    expect(found.problems).toEqual([]);
    expect(found.notes).toHaveLength(1);
    expect(seen.at(-1)).toBe(1);
    expect([found.raw.probes, found.raw.distractors, found.raw.rank.length]).toEqual([11, 100, 6 + 12 + 12]);
    expect(recallAt(found.raw.cmc, 1)).toBeGreaterThan(0.5);
    expect(found.refined && recallAt(found.refined.cmc, 1)).toBeGreaterThan(0.5);
    expect(found.network.pictures).toBe(2 * (faces.length + crowd.length));
    expect(found.seconds).toBeGreaterThan(found.network.seconds);
    const byTorch = await evaluateMegaFace(squares, folder, { distractors: 100 });
    const { seconds, network } = found; // which no two runs have in common
    expect({ ...byTorch, seconds, network }).toEqual(found);
  });

  it('measures feature files and matrices as it does the embedder that they came of', async () => {
    const vector = async (path: string) => {
      const found = await evaluateFeature(path);
      return Float32Array.from(found);
    };
    for (const [part, paths] of [
      ['facescrub', faces],
      ['megaface', crowd],
    ] as const)
      for (const path of paths)
        writeFeatureFile(join(folder, 'features', part, `${path}_sq.bin`), await vector(`${part}_images/${path}`));
    const options = { distractors: 100, product: wasmProduct() };
    const embedded = await evaluateMegaFace(squares, folder, options);
    const fromFiles = await evaluateMegaFace(
      { features: join(folder, 'features'), ending: '_sq.bin' },
      folder,
      options,
    );
    expect([...fromFiles.raw.rank]).toEqual([...embedded.raw.rank]);

    const matrix = async (part: string, paths: readonly string[]): Promise<Matrix> => {
      const rows = await Promise.all(paths.map((path) => vector(`${part}_images/${path}`)));
      return { rows: rows.length, cols: 48, data: Float32Array.from(rows.flatMap((row) => [...row])) };
    };
    const matrices = new Map([
      ['facescrub', await matrix('facescrub', faces)],
      ['megaface', await matrix('megaface', [...crowd].reverse())],
    ]);
    const fromMatrices = await evaluateMegaFace(
      {
        name: 'matrices',
        embed: async ({ name }: ImageSet) => {
          const images = matrices.get(name);
          if (!images) throw new Error(`no matrix ${name}`);
          return { images, flips: undefined, problems: [], faces: 0, seconds: 0 };
        },
        close: async () => {},
      },
      folder,
      options,
    );
    expect([...fromMatrices.raw.rank]).toEqual([...embedded.raw.rank]);
    expect([...(fromMatrices.refined?.rank ?? [])]).toEqual([...(embedded.refined?.rank ?? [])]);

    const probes = faces
      .map((_, i) => i)
      .filter((i) => i !== 0)
      .reverse();
    const all = matrices.get('facescrub') as Matrix; // set above
    const data = Float32Array.from(probes.flatMap((i) => [...all.data.subarray(i * 48, (i + 1) * 48)]));
    const alone = megaface(
      { rows: probes.length, cols: 48, data },
      probes.map((i) => String(i >> 2)),
      matrices.get('megaface') as Matrix, // set above
    );
    expect([...alone.rank]).toEqual([...embedded.raw.rank]);
  });

  it('writes the devkit’s result files, whose curves say what the report says', async () => {
    const { raw } = await evaluateMegaFace(squares, folder, { distractors: 100 });
    const paths = writeMegaFaceResults(join(folder, 'out'), 'sq', raw);
    expect(paths.map((path) => path.slice(folder.length))).toEqual([
      '/out/cmc_facescrub_megaface_sq_100_1.json',
      '/out/matches_facescrub_megaface_sq_100_1.json',
    ]);
    const [cmc, matches] = paths.map((path) => JSON.parse(readFileSync(path, 'utf8')));
    expect(Object.keys(cmc)).toEqual(['cmc', 'traditional_cmc', 'roc']);
    expect(cmc.cmc[1][0]).toBe(recallAt(raw.cmc, 1));
    expect(cmc.roc[1][0]).toBe(tprAtFpr(raw.verification, 0).tpr);
    expect([cmc.roc[0].at(-1), cmc.roc[1].at(-1)]).toEqual([1, 1]);
    expect(matches).toHaveLength(11);
    expect(() => writeMegaFaceResults(folder, '../x', raw)).toThrow(/file's name/);
    const figures = megaFaceFigures(raw);
    expect(JSON.parse(JSON.stringify(figures))).toEqual(figures);
    expect(figures.identification[0]).toMatchObject({ rank: 1, rate: recallAt(raw.cmc, 1) });
    expect(figures.verification.find(({ fpr }) => fpr === 1e-6)?.resolved).toBe(false);
  });

  it('names missing and damaged images, and leaves them out, counted, only when asked to', async () => {
    const hidden = join(folder, 'megaface_images', crowd[3] as string); // one of a hundred
    const content = readFileSync(hidden);
    const face = join(folder, 'facescrub_images', faces[4] as string); // one of twelve
    const picture = readFileSync(face);
    rmSync(hidden);
    await expect(evaluateMegaFace(squares, folder, { distractors: 100 })).rejects.toThrow(
      /1 of 100 images of megaface have no usable vector.*3_0\.jpg.*leave-out/,
    );
    writeFileSync(face, 'no picture');
    await expect(evaluateMegaFace(squares, folder, { distractors: 100 })).rejects.toThrow(
      /1 of 12 images of facescrub/,
    );
    const found = await evaluateMegaFace(squares, folder, { distractors: 100, missing: 'leave-out' });
    expect([found.raw.probes, found.raw.distractors]).toEqual([10, 99]);
    expect(found.problems.map(({ what, count }) => [what, count])).toEqual([
      ['faces left out', 1],
      ['distractors left out', 1],
    ]);
    expect(found.problems[1]?.examples[0]).toContain('3_0.jpg');
    writeFileSync(hidden, content);
    writeFileSync(face, picture);
  });

  it('names feature files that are missing, of another width, not finite, or zero', async () => {
    const broken = join(folder, 'broken');
    const from = { features: broken, ending: '.bin' };
    for (const path of faces) writeFeatureFile(join(broken, 'facescrub', `${path}.bin`), [1, 2, faces.indexOf(path)]);
    for (const path of crowd.slice(2)) writeFeatureFile(join(broken, 'megaface', `${path}.bin`), [1, 0, 5]);
    writeFeatureFile(join(broken, 'megaface', `${crowd[0]}.bin`), [1, 2]);
    writeFeatureFile(join(broken, 'megaface', `${crowd[2]}.bin`), [1, 2, Number.NaN]);
    writeFeatureFile(join(broken, 'megaface', `${crowd[3]}.bin`), [0, 0, 0]);
    const { raw, problems } = await evaluateMegaFace(from, folder, { distractors: 100, missing: 'leave-out' });
    expect(raw.distractors).toBe(96);
    expect(problems[0]?.count).toBe(4);
    const examples = problems[0]?.examples.join(' ');
    for (const fault of [/not finite/, /does not exist/, /2 values where others have 3/, /nothing but zeros/])
      expect(examples).toMatch(fault);
  });
});

async function evaluateFeature(path: string): Promise<Float32Array> {
  const { decodePicture, pictureToFloats } = await import('@pocketnet/data');
  const { mirrored } = await import('@pocketnet/lab');
  const floats = new Float32Array(SIZE * SIZE * 3);
  pictureToFloats(await decodePicture(readFileSync(join(folder, path))), floats);
  const [straight, mirror] = [await squares.embed(floats, 1), await squares.embed(mirrored(floats, 1, SIZE), 1)];
  const sum = straight.map((value, i) => value + (mirror[i] ?? 0));
  const length = Math.hypot(...sum);
  return sum.map((value) => value / length);
}
