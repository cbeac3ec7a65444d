import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generatedPairs, openSource, type PairSet, writePairs } from '@pocketnet/data';
import { evaluationReport, htmlReport, readEvaluation } from '@pocketnet/evaluate';
import { Random } from '@pocketnet/files';
import {
  benchmarks,
  calibrateSource,
  compareGroups,
  type EmbeddedSet,
  type EmbeddingSource,
  faceGroups,
  type ImageProblem,
  measurePairs,
  pairImages,
  runSuite,
  suiteOf,
} from '@pocketnet/lab';
import { afterAll, describe, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'lab-benchmarks-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Embeddings that know the truth about a pair set, but for some noise. */
function knowing(pairs: PairSet, noise: number, broken: readonly number[] = []): EmbeddedSet {
  const random = new Random(3);
  const normal = () => random.normal();
  const d = 8;
  const data = new Float32Array(pairs.images.length * d);
  for (const [pair, same] of pairs.same.entries()) {
    const person = Array.from({ length: d }, normal);
    for (const side of [0, 1])
      for (let k = 0; k < d; k++)
        data[(2 * pair + side) * d + k] = (same ? (person[k] ?? 0) : normal()) + noise * normal();
  }
  for (const image of broken) data[image * d] = Number.NaN;
  const images = { rows: pairs.images.length, cols: d, data };
  return { images, flips: undefined, problems: broken.map(brokenImage), faces: 7, seconds: 0.5 };
}

const brokenImage = (index: number): ImageProblem => ({
  index,
  reason: `Image ${index}: its embedding is not finite.`,
  fault: 'embedding',
});

const pairs = generatedPairs({ pairs: 60, identities: 30, size: 16 });
const set = { name: 'lfw', title: 'LFW', folds: 5, about: 'Faces.' };
const measured = (broken: number[] = [], of = pairs) =>
  measurePairs(set, of, pairImages('lfw', of), knowing(of, 0.6, broken), { samples: 50 });

describe('a pair benchmark', () => {
  it('measures accuracy with its interval, TAR, EER, thresholds and the hardest pairs', () => {
    const { result, scores, pictures } = measured();
    const [accuracy] = result.metrics;
    expect(accuracy?.name).toBe('accuracy');
    expect(accuracy?.value).toBeGreaterThan(0.75);
    expect(accuracy?.interval?.low).toBeLessThan(accuracy?.value ?? 0);
    expect(scores?.genuine.length).toBe(pairs.same.filter(Boolean).length);
    expect(result.thresholds[0]?.cosine).toBeGreaterThan(-1);
    const genuine = result.hardest.filter(({ same }) => same);
    expect(genuine[0]?.cosine).toBe(Math.min(...(scores?.genuine ?? [])));
    expect(genuine.every(({ pair }) => pairs.same[pair])).toBe(true);
    expect(pictures?.(genuine[0]?.pair ?? -1)).toHaveLength(2);
    expect(pictures?.(999)).toBeUndefined();
  });

  it('with images that have no embedding names them, counts their pairs, and gives the accuracy with these as errors', () => {
    const { result, report } = measured([4, 5, 21]);
    expect(report.pairs).toBe(58);
    expect(result.problems[0]).toMatch(/^3 images have no usable embedding, which leaves out 2 pairs/);
    expect(result.problems[1]).toMatch(/^Pair 2, first face: Image 4/);
    const strict = result.metrics.find(({ name }) => name.includes('counted as errors'));
    expect(strict?.value).toBeCloseTo((report.accuracy * 58) / 60, 12);
  });

  it('keeps the numbers of the pairs when others are left out', () => {
    const { result } = measured([0]);
    expect(result.hardest.every(({ pair, same }) => pair !== 0 && pairs.same[pair] === same)).toBe(true);
  });

  it('names pairs that occur twice, contradict one another, or show one picture twice', () => {
    const [a = new Uint8Array(), b = new Uint8Array()] = pairs.images;
    const images = [...pairs.images, b, a, a, b, a, a];
    const odd = { images, same: [...pairs.same, pairs.same[0] === true, pairs.same[0] !== true, true] };
    const { result } = measured([], odd);
    expect(result.problems).toEqual([
      expect.stringMatching(/^1 pairs occur more than once \(pairs 0 and 60\)/),
      expect.stringMatching(/^1 pairs are called one person and two people \(pairs 0 and 61\)/),
      expect.stringMatching(/^1 pairs are one picture twice \(pairs 62\)/),
    ]);
  });

  it('refuses a set none of whose pairs can be scored', () => {
    expect(() => measured(Array.from({ length: 120 }, (_, i) => i))).toThrow(/none of its 60 pairs/);
  });
});

describe('the registry', () => {
  it('has one name for each, known suites, and finds nothing in an empty folder', () => {
    const all = benchmarks();
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
    for (const benchmark of all) {
      expect(benchmark.find(folder), benchmark.name).toBeUndefined();
      expect(benchmark.about).not.toBe('');
    }
    expect(suiteOf('quick').length).toBeLessThan(suiteOf('full').length);
  });
});

describe('a suite', () => {
  const source: EmbeddingSource = {
    name: 'known',
    embed: async (images) => {
      if (images.name === 'calfw') throw new Error('no embeddings of calfw');
      return knowing(pairs, 0.6);
    },
    close: async () => {},
  };
  const options = { model: folder, suite: 'quick', data: folder, machine: 'm', samples: 20 } as const;

  it('says what it looked for where there is nothing', async () => {
    await expect(runSuite(source, options)).rejects.toThrow(/holds none.*lfw\.bin.*agedb_30\.bin/);
  });

  it('runs what is there, goes on after a failure, and gives what JSON and the page need', async () => {
    for (const name of ['lfw_dev', 'calfw']) writePairs(join(folder, `${name}.bin`), pairs);
    const failed: string[] = [];
    const { evaluation, runs, pictures } = await runSuite(source, {
      ...options,
      onFailure: ({ name }) => failed.push(name),
    });
    expect(failed).toEqual(['calfw']);
    expect(evaluation.benchmarks.map(({ name }) => name)).toEqual(['lfw_dev']);
    expect(evaluation.notFound).toContain('CALFW (no embeddings of calfw)');
    expect(evaluation.timing.millisecondsPerFace).toBeCloseTo(500 / 7, 9);
    expect(readEvaluation(JSON.parse(JSON.stringify(evaluation)), 'x')).toEqual(evaluation);
    expect(htmlReport(evaluationReport(evaluation, runs, pictures)).match(/data:image\/jpeg/g)?.length).toBe(32);
  });
});

describe('calibrating on a source', () => {
  const faces = openSource('generated:identities=20,images=3,size=16');
  const source: EmbeddingSource = {
    name: 'known',
    embed: async (images) => {
      const random = new Random(5);
      const noise = () => random.normal();
      const people = Array.from({ length: 20 }, () => Array.from({ length: 6 }, noise));
      const data = Float32Array.from(
        Array.from({ length: images.length }, (_, i) =>
          (people[Math.floor(i / 3)] ?? []).map((value) => value + 0.7 * noise()),
        ).flat(),
      );
      data[0] = Number.NaN;
      const matrix = { rows: images.length, cols: 6, data };
      return { images: matrix, flips: undefined, problems: [brokenImage(0)], faces: 0, seconds: 0 };
    },
    close: async () => {},
  };

  it('counts all pairs of the labels, without the images that have no embedding, which it names', async () => {
    const { calibration, problems, eachAPerson } = await calibrateSource(source, faces, { fmrTargets: [0.1] });
    expect(calibration).toMatchObject({ faces: 59, people: 20, genuinePairs: 19 * 3 + 1 });
    expect(calibration.impostorPairs).toBe((59 * 58) / 2 - 58);
    expect(problems).toEqual([
      '1 images have no usable embedding and are left out.',
      'Image 0: its embedding is not finite.',
    ]);
    expect(eachAPerson).toBe(false);
  });

  it('takes each image of an unlabelled source for a person', async () => {
    const { calibration } = await calibrateSource(source, { ...faces, identities: 0 }, { fmrTargets: [0.1] });
    expect(calibration).toMatchObject({ people: 59, genuinePairs: 0, impostorPairs: (59 * 58) / 2 });
  });

  it('takes each image of an unlabelled part for a person, among people with labels', async () => {
    const label = (i: number) => (i < 30 ? faces.label(i) : -1);
    const { calibration, eachAPerson, unlabelled } = await calibrateSource(
      source,
      { ...faces, label },
      { fmrTargets: [0.1] },
    );
    expect(calibration).toMatchObject({ people: 10 + 30, genuinePairs: 9 * 3 + 1 });
    expect([eachAPerson, unlabelled]).toEqual([false, 30]);
  });

  it('compares groups by the names of the images, at one threshold', async () => {
    const imageName = (i: number) => (i % 10 === 9 ? 'portrait.jpg' : `utkface/${20 + i}_${i % 2}_${i % 3}_2017.jpg`);
    const { groups } = await calibrateSource(
      source,
      { ...faces, imageName },
      {
        groups: 'utkface',
        fmrTargets: [0.1],
        groupTargets: [0.1],
      },
    );
    expect(groups.map(({ name }) => name)).toEqual(['age', 'gender', 'group']);
    expect(groups[1]?.groups.map(({ name }) => name)).toEqual(['female', 'male']);
    expect(groups[1]?.unknown).toBe(6);
    expect(new Set(groups.map(({ threshold }) => threshold)).size).toBe(1);
    await expect(
      calibrateSource(source, faces, { groups: 'utkface', fmrTargets: [0.1], groupTargets: [0.1] }),
    ).rejects.toThrow(/None of the images.*utkface/);
    // The same at a threshold that was found on other faces.
    const [{ threshold } = { threshold: Number.NaN }] = groups;
    expect(await compareGroups(source, { ...faces, imageName }, 'utkface', threshold)).toEqual(groups);
    await expect(compareGroups(source, faces, 'utkface', threshold)).rejects.toThrow(/None of the images.*utkface/);
    await expect(compareGroups(source, faces, 'zodiac', threshold)).rejects.toThrow(/no groups "zodiac"/);
  });

  it('knows no other groups than those registered', async () => {
    await expect(calibrateSource(source, faces, { groups: 'zodiac' })).rejects.toThrow(/no groups "zodiac".*utkface/);
  });
});

it('UTKFace names are read as their authors wrote them, and other names not at all', () => {
  const utkface = faceGroups.find(({ name }) => name === 'utkface');
  expect(utkface?.read('utkface/36_1_1_20170117170752063.jpg.chip.jpg')).toEqual({
    age: '30 to 39',
    gender: 'female',
    group: 'Black',
  });
  expect(utkface?.read('utkface/61_3_20170109150557335.jpg')).toBeUndefined();
  expect(utkface?.read('us_congress/A000002.jpg')).toBeUndefined();
});
