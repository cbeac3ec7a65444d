import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pictureToFloats } from '@pocketnet/data';
import type { Matrix } from '@pocketnet/evaluate';
import { type EmbeddingSource, evaluateIjb, ijbBenchmark, mirrored } from '@pocketnet/lab';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DrawnIjb, gridEmbedder, writeIjbFolder } from './ijb-folder.js';

const root = mkdtempSync(join(tmpdir(), 'pocketnet-ijb-'));
afterAll(() => rmSync(root, { recursive: true }));
const folder = join(root, 'IJBC');
let drawn: DrawnIjb;
let straight: Matrix;
let mirror: Matrix;

/** Embeddings of the aligned pictures, which the folder holds only inside loose crops. */
async function embedAligned() {
  const { size, dimension } = gridEmbedder;
  const count = drawn.faces.length;
  const floats = new Float32Array(count * size * size * 3);
  for (const [i, { aligned }] of drawn.faces.entries()) pictureToFloats(aligned, floats, i * size * size * 3);
  const matrix = (data: Float32Array): Matrix => ({ rows: count, cols: dimension, data });
  straight = matrix(await gridEmbedder.embed(floats, count));
  mirror = matrix(await gridEmbedder.embed(mirrored(floats, count, size), count));
}

const source = (images: Matrix, flips?: Matrix): EmbeddingSource => ({
  name: 'matrix',
  embed: async () => ({ images, flips, problems: [], keys: undefined, faces: 0, seconds: 0 }),
  close: async () => {},
});

beforeAll(async () => {
  drawn = writeIjbFolder(folder);
  await embedAligned();
});

/** Template features by the protocol's sentences, in plain lists. */
function features(): Map<number, number[]> {
  const found = new Map<number, number[]>();
  for (const template of drawn.subjects.keys()) {
    const total = new Array<number>(straight.cols).fill(0);
    const own = drawn.faces.map((face, row) => ({ ...face, row })).filter((face) => face.template === template);
    for (const media of new Set(own.map((face) => face.media))) {
      const same = own.filter((face) => face.media === media);
      for (const { row, score } of same)
        total.forEach((x, i) => {
          const at = row * straight.cols + i;
          total[i] = x + (score * ((straight.data[at] ?? 0) + (mirror.data[at] ?? 0))) / same.length;
        });
    }
    const norm = Math.hypot(...total);
    found.set(
      template,
      total.map((x) => x / norm),
    );
  }
  return found;
}

function bruteForce() {
  const of = features();
  const score = (a: number, b: number) => (of.get(a) ?? []).reduce((sum, x, i) => sum + x * (of.get(b)?.[i] ?? 0), 0);
  const scored = drawn.pairs.map(([a, b, same]) => ({ score: score(a, b), same }));
  const [genuine, impostor] = [1, 0].map((kind) =>
    scored.filter((pair) => pair.same === kind).map((pair) => pair.score),
  );
  const tar = (far: number) => {
    const rates = scored.map(({ score: threshold }) => ({
      tar: (genuine ?? []).filter((s) => s >= threshold).length / (genuine?.length ?? 1),
      far: (impostor ?? []).filter((s) => s >= threshold).length / (impostor?.length ?? 1),
    }));
    return Math.max(0, ...rates.filter((rate) => rate.far <= far).map((rate) => rate.tar));
  };
  const hits = (rank: number) =>
    drawn.probes.filter((probe) => {
      const gallery = drawn.galleries.find((list) =>
        list.some((g) => drawn.subjects.get(g) === drawn.subjects.get(probe)),
      );
      const ordered = [...(gallery ?? [])].sort((a, b) => score(b, probe) - score(a, probe));
      return ordered.slice(0, rank).some((g) => drawn.subjects.get(g) === drawn.subjects.get(probe));
    }).length / drawn.probes.length;
  return { tar, hits };
}

describe('evaluateIjb', () => {
  it('aligns, embeds, pools and scores a folder of the real layout as brute force does', async () => {
    const seen: string[] = [];
    const report = await evaluateIjb(gridEmbedder, folder, {
      fars: [1e-6, 0.01, 0.1],
      onProgress: (stage, done, total) => {
        if (done === total) seen.push(stage);
      },
    });
    const { tar, hits } = bruteForce();
    expect(report).toMatchObject({
      benchmark: 'IJB-C',
      model: 'grid',
      faces: drawn.faces.length,
      templates: 32,
      pairs: 192,
      problems: [],
    });
    expect(report.verification).toMatchObject({ genuine: 24, impostor: 168 });
    expect(report.verification.points.map((point) => point.tar)).toEqual([tar(1e-6), tar(0.01), tar(0.1)]);
    expect(report.verification.points.map((point) => point.resolved)).toEqual([false, true, true]);
    expect(report.identification?.cmc).toEqual([1, 5, 10].map((rank) => ({ rank, rate: hits(rank) })));
    expect(report.identification?.galleries.map(({ mated, nonMated }) => [mated, nonMated])).toEqual([
      [12, 12],
      [12, 12],
    ]);
    expect(seen).toEqual(expect.arrayContaining(['embed', 'score', 'search']));
    expect(report.verification.auc).toBeGreaterThan(0.6); // the drawn people are told apart at all
    expect(tar(0.1)).toBeLessThan(1); // and not so well that every reading would do
  });

  it('says the same of ready embeddings as of the embedder, by either rule and with any switches', async () => {
    for (const options of [{ rule: 'released' }, { norm: false, detector: false }, { flip: false }] as const) {
      const quick = { ...options, intervals: false } as const;
      const [a, b] = [
        await evaluateIjb(gridEmbedder, folder, quick),
        await evaluateIjb(source(straight, mirror), folder, quick),
      ];
      expect(b.verification.points).toHaveLength(6);
      expect(a.settings).toEqual({ norm: true, detector: true, flip: true, rule: 'exact', ...options });
      for (const [k, point] of b.verification.points.entries())
        expect(a.verification.points[k]).toMatchObject({ tar: point.tar, far: point.far });
      expect(a.identification?.cmc).toEqual(b.identification?.cmc);
    }
  });

  it('hands its report over as JSON, the curve apart', async () => {
    const { curve, ...report } = await evaluateIjb(gridEmbedder, folder);
    expect(curve.far.at(-1)).toBe(1);
    expect(Object.keys(JSON.parse(JSON.stringify(report)))).toContain('verification');
    expect(JSON.stringify(report).length).toBeLessThan(5000);
  });

  it('refuses ready embeddings of another number', async () => {
    const short = { ...straight, rows: 2, data: straight.data.slice(0, 2 * straight.cols) };
    await expect(evaluateIjb(source(short), folder)).rejects.toThrow(
      `2 embeddings have ${drawn.faces.length} template ids`,
    );
  });
});

describe('the benchmark of a suite', () => {
  it('finds its folder, and gives the quoted TAR first, then the rest, as finite numbers', async () => {
    const [ijbb, ijbc] = [ijbBenchmark('IJB-B'), ijbBenchmark('IJB-C')];
    expect(ijbb.find(folder)).toBeUndefined();
    const found = ijbc.find(root);
    expect(found).toBe(folder);
    const { result, dimension, curve } = await ijbc.run(source(straight, mirror), found ?? '', { samples: 20 });
    expect(dimension).toBe(straight.cols);
    expect(curve?.far.at(-1)).toBe(1);
    expect(result.metrics[0]).toMatchObject({ name: 'TAR at FAR 1e-4', resolved: false, interval: null });
    expect(result.metrics.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['TAR at FAR 1e-1', '1:N, rank 1', '1:N, TPIR at FPIR 0.01']),
    );
    for (const { value } of result.metrics) expect(value).toBeGreaterThanOrEqual(0);
    expect(result.problems).toEqual([]);
  });
});

describe('evaluateIjb on a folder with faults', () => {
  const broken = join(root, 'broken');

  it('names and counts them, and measures the rest', async () => {
    cpSync(folder, broken, { recursive: true });
    const { faces, pairs } = drawn;
    const meta = (name: string) => join(broken, 'meta', name);
    rmSync(join(broken, 'loose_crop', '3.jpg'));
    writeFileSync(join(broken, 'loose_crop', '4.jpg'), 'no picture');
    const lines = readFileSync(meta('ijbc_name_5pts_score.txt'), 'utf8').trim().split('\n');
    lines[4] = '5.jpg 1 1 1 1 1 1 1 1 1 1 0.9';
    const joined = lines.filter((_, i) => i !== 8); // 9.jpg loses its landmarks, and the rest moves up by a line
    writeFileSync(meta('ijbc_name_5pts_score.txt'), `${joined.join('\n')}\nother.jpg 1 2 3 4 5 6 7 8 9 10 0.9\n`);
    appendFileSync(meta('ijbc_template_pair_label.txt'), `${pairs[0]?.join(' ')}\n5 999 0\n`);
    appendFileSync(meta('ijbc_1N_probe_mixed.csv'), '998,1000,img/x.jpg\n');
    const { problems, verification, identification } = await evaluateIjb(gridEmbedder, broken);
    const found = Object.fromEntries(problems.map(({ what, count, examples }) => [what, [count, examples[0]]]));
    expect(found).toMatchObject({
      'faces whose line in the list of landmarks is of another image; joined by name': [faces.length - 9, '10.jpg'],
      'faces without landmarks, left out of their template': [1, '9.jpg'],
      'landmarks of images that no face names': [1, 'other.jpg'],
      'images that are missing or cannot be decoded': [2, '3.jpg'],
      'images whose landmarks cannot be aligned': [1, '5.jpg'],
      'faces without a usable embedding or detector score, left out of their template': [4, expect.any(String)],
      'pairs with a template that no face belongs to, which are never accepted': [1, '5 999'],
      'repetitions of a pair in the list, each of which counts': [1, '5 180000'],
      'templates of the 1:N lists without a usable face, which match nobody': [expect.any(Number), expect.any(String)],
    });
    expect(verification.impostor).toBe(169);
    expect(identification?.probes).toBe(25);
  });

  it('leaves 1:N out where its lists are missing, and says so', async () => {
    rmSync(join(broken, 'meta', 'ijbc_1N_gallery_G2.csv'));
    const { identification, problems } = await evaluateIjb(gridEmbedder, broken);
    expect(identification).toBeUndefined();
    expect(problems).toContainEqual({
      what: 'files of the 1:N protocol are missing, so it was left out',
      count: 1,
      examples: ['ijbc_1N_gallery_G2.csv'],
    });
  });
});
