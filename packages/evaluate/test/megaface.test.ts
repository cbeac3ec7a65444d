import {
  cleanProbes,
  devkitCmc,
  devkitMatches,
  type Matrix,
  MegaFaceSearch,
  markNoisyDistractors,
  megaface,
  plainProduct,
  recallAt,
  releasedTprAtFpr,
  type Ties,
  tprAtFpr,
  wasmProduct,
} from '@pocketnet/evaluate';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const COLS = 3;
/** Small whole numbers, so that scores tie often and are exact. */
const matrix = (rows: number): fc.Arbitrary<Matrix> =>
  fc
    .array(fc.integer({ min: -2, max: 2 }), { minLength: rows * COLS, maxLength: rows * COLS })
    .map((values) => ({ rows, cols: COLS, data: Float32Array.from(values) }));

const set = fc.tuple(fc.integer({ min: 3, max: 10 }), fc.integer({ min: 1, max: 30 })).chain(([probes, distractors]) =>
  fc.record({
    probes: matrix(probes),
    distractors: matrix(distractors),
    identities: fc
      .array(fc.constantFrom('ann', 'bob', 'cy'), { minLength: probes, maxLength: probes })
      .filter((ids) => new Set(ids).size < ids.length),
  }),
);

const score = (a: Matrix, i: number, b: Matrix, j: number): number => {
  let sum = 0;
  for (let k = 0; k < COLS; k++) sum -= ((a.data[i * COLS + k] ?? 0) - (b.data[j * COLS + k] ?? 0)) ** 2;
  return sum;
};
const range = (count: number) => Array.from({ length: count }, (_, i) => i);

/** The protocol as it is told: every score in a table, every rank by counting, every false accept by sorting. */
function oracle(
  probes: Matrix,
  identities: readonly string[],
  distractors: Matrix,
  ties: Ties,
  impostorProbes: number,
) {
  const table = range(probes.rows).map((p) => range(distractors.rows).map((d) => score(probes, p, distractors, d)));
  const pairs = range(probes.rows).flatMap((i) =>
    range(probes.rows)
      .filter((j) => j !== i && identities[i] === identities[j])
      .map((j) => ({ i, j, score: score(probes, i, probes, j) })),
  );
  const beats = (other: number, mate: number) => other > mate || (ties === 'against' && other === mate);
  const ranks = pairs.map(({ i, score: mate }) => 1 + (table[i] ?? []).filter((other) => beats(other, mate)).length);
  const impostors = table.slice(0, impostorProbes).flat();
  const trials = [
    ...pairs.filter(({ i, j }) => i < j).map((pair) => ({ score: pair.score, genuine: true })),
    ...impostors.map((value) => ({ score: value, genuine: false })),
  ].sort((a, b) => b.score - a.score || (Number(b.genuine) - Number(a.genuine)) * (ties === 'for' ? 1 : -1));
  const genuine = trials.filter((trial) => trial.genuine).length;
  /** tpr[k]: share of genuine pairs accepted before false accept k + 1. */
  const tpr: number[] = [];
  let accepted = 0;
  for (const trial of trials) {
    if (trial.genuine) accepted++;
    else tpr.push(accepted / genuine);
  }
  tpr.push(accepted / genuine);
  return { pairs, ranks, tpr, impostors: impostors.length, table };
}

describe('MegaFace', () => {
  it.each(['for', 'against'] as const)(
    'equals a brute-force oracle on small sets full of ties, which go %s the mate',
    (ties) => {
      fc.assert(
        fc.property(set, fc.integer({ min: 1, max: 12 }), ({ probes, identities, distractors }, impostorProbes) => {
          const report = megaface(probes, identities, distractors, { ties, impostorProbes, nearest: 3 });
          const told = oracle(probes, identities, distractors, ties, impostorProbes);
          expect([...report.pairs.probe]).toEqual(told.pairs.map(({ i }) => i));
          expect([...report.pairs.mate]).toEqual(told.pairs.map(({ j }) => j));
          expect([...report.rank]).toEqual(told.ranks);
          for (let k = 1; k <= distractors.rows + 1; k++)
            expect(recallAt(report.cmc, k)).toBe(told.ranks.filter((rank) => rank <= k).length / told.ranks.length);
          expect(report.verification.impostors).toBe(told.impostors);
          for (let k = 0; k <= told.impostors; k++)
            expect(tprAtFpr(report.verification, k / told.impostors).tpr).toBe(told.tpr[k]);
          told.table.forEach((scores, p) => {
            const best = range(distractors.rows).sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b);
            expect(report.nearest[p]?.index).toEqual(best.slice(0, 3));
          });
        }),
        { numRuns: 80 },
      );
    },
  );

  it('draws a whole ROC for the devkit that equals the oracle’s, thinned as the devkit thins', () => {
    fc.assert(
      fc.property(set, ({ probes, identities, distractors }) => {
        const report = megaface(probes, identities, distractors);
        const told = oracle(probes, identities, distractors, 'for', 100);
        const thin = (values: readonly number[]) =>
          values.reduce<[number, number][]>((kept, y, k) => {
            const isEnd = k === 0 || k === values.length - 1;
            if (isEnd || y > (kept.at(-1)?.[1] ?? 0) + 0.01) kept.push([k, y]);
            return kept;
          }, []);
        const roc = thin(told.tpr);
        const cmc = thin(
          range(distractors.rows + 1).map((k) => told.ranks.filter((r) => r - 1 <= k).length / told.ranks.length),
        );
        const files = devkitCmc(report);
        expect(files.roc).toEqual([roc.map(([k]) => k / told.impostors), roc.map(([, y]) => y)]);
        expect(files.cmc).toEqual([cmc.map(([k]) => k), cmc.map(([, y]) => y)]);
      }),
      { numRuns: 80 },
    );
  });

  /** Unit vectors of a few people and a crowd. */
  const generated = (people: number, images: number, crowd: number, cols: number) => {
    const unit = (rows: number, value: (row: number, k: number) => number): Matrix => {
      const data = new Float32Array(rows * cols);
      for (let row = 0; row < rows; row++) {
        const vector = range(cols).map((k) => value(row, k));
        const length = Math.hypot(...vector);
        data.set(
          vector.map((x) => x / length),
          row * cols,
        );
      }
      return { rows, cols, data };
    };
    const noise = (row: number, k: number, seed: number) =>
      Math.sin(12.9898 * (row + 1) * (k + 3) + seed * 78.233 + k * k);
    const identities = range(people * images).map((i) => `person ${i % people}`);
    const probes = unit(people * images, (row, k) => noise(row % people, k, 1) + 0.3 * noise(row, k, 2));
    return { probes, identities, distractors: unit(crowd, (row, k) => noise(row, k, 3)) };
  };

  it('finds the same in blocks of any size and with any product, to the last bit', () => {
    const { probes, identities, distractors } = generated(30, 20, 3000, 24);
    const whole = megaface(probes, identities, distractors, { product: plainProduct });
    expect(whole.cmc.recall[0]).toBeGreaterThan(0.05);
    expect(whole.cmc.recall[0]).toBeLessThan(0.999);
    const search = new MegaFaceSearch(probes, identities, { product: wasmProduct() });
    for (const [from, to] of [
      [0, 1],
      [1, 700],
      [700, 2999],
      [2999, 3000],
    ] as const)
      search.add({ rows: to - from, cols: 24, data: distractors.data.subarray(from * 24, to * 24) });
    expect(search.result()).toEqual(whole);
  });

  it('changes nothing when distractors change places, or all vectors turn around an axis', () => {
    const { probes, identities, distractors } = generated(8, 6, 400, 8);
    const before = megaface(probes, identities, distractors);
    const data = new Float32Array(distractors.data.length);
    for (let row = 0; row < 400; row++)
      data.set(distractors.data.subarray(row * 8, row * 8 + 8), ((row * 37) % 400) * 8);
    const after = megaface(probes, identities, { ...distractors, data });
    expect([after.cmc, after.verification, after.traditionalCmc]).toEqual([
      before.cmc,
      before.verification,
      before.traditionalCmc,
    ]);
    const turned = (matrix: Matrix): Matrix => ({
      ...matrix,
      data: matrix.data.map(
        (_, i) => (matrix.data[i - (i % 8) + ((i + 3) % 8)] ?? 0) * (i % 8 < 4 ? 1 : -1),
      ) as Float32Array,
    });
    expect([...megaface(turned(probes), identities, turned(distractors)).rank]).toEqual([...before.rank]);
  });

  it('never ranks a mate better, nor accepts more, when distractors are added', () => {
    fc.assert(
      fc.property(set, ({ probes, identities, distractors }) => {
        const search = new MegaFaceSearch(probes, identities);
        let last: readonly number[] = [];
        for (let row = 0; row < distractors.rows; row++) {
          search.add({ rows: 1, cols: COLS, data: distractors.data.subarray(row * COLS, (row + 1) * COLS) });
          const { rank } = search.result();
          expect([...rank].every((value, pair) => value >= (last[pair] ?? 1))).toBe(true);
          last = [...rank];
        }
      }),
      { numRuns: 40 },
    );
  });

  it('counts false accepts as far as asked, and says where it stopped', () => {
    const { probes, identities, distractors } = generated(20, 10, 2500, 12);
    const full = megaface(probes, identities, distractors, { impostorProbes: Number.POSITIVE_INFINITY });
    const most = 300;
    const search = new MegaFaceSearch(probes, identities, {
      impostorProbes: Number.POSITIVE_INFINITY,
      mostFalseAccepts: most,
    });
    for (let row = 0; row < 2500; row += 50)
      search.add({ rows: 50, cols: 12, data: distractors.data.subarray(row * 12, (row + 50) * 12) });
    const cut = search.result();
    const { impostors } = full.verification;
    for (const allowed of [0, 1, 17, 120, most])
      expect(tprAtFpr(cut.verification, allowed / impostors)).toEqual(tprAtFpr(full.verification, allowed / impostors));
    expect(() => tprAtFpr(cut.verification, (most + 1) / impostors)).toThrow(/only 300 were counted/);
    expect(() => devkitCmc(cut)).toThrow(/mostFalseAccepts/);
  });

  it('tells TPR at an FPR exactly where the devkit’s thinned curve tells it nearly', () => {
    const { probes, identities, distractors } = generated(12, 8, 2000, 10);
    const report = megaface(probes, identities, distractors);
    for (const fpr of [1e-4, 1e-3, 1e-2]) {
      const point = tprAtFpr(report.verification, fpr);
      expect(Math.abs(releasedTprAtFpr(devkitCmc(report), fpr) - point.tpr)).toBeLessThan(0.03);
      expect(point.resolved).toBe(true);
    }
    expect(tprAtFpr(report.verification, 1e-6).resolved).toBe(false);
  });

  it('lists matches as the devkit does: each probe’s nearest distractors, and its ranks as a mate, from 0', () => {
    const { probes, identities, distractors } = generated(4, 3, 50, 10);
    const report = megaface(probes, identities, distractors);
    const matches = devkitMatches(report);
    expect(matches).toHaveLength(12);
    for (const match of matches) {
      expect(match.distractors.idx).toHaveLength(5);
      expect(match.probes.idx).toHaveLength(2);
    }
    const first = matches[4]?.probes;
    const pair = [...report.pairs.probe].findIndex(
      (probe, at) => probe === first?.idx[0] && report.pairs.mate[at] === 4,
    );
    expect(first?.rank[0]).toBe((report.rank[pair] ?? 0) - 1);
  });

  it('searches a traditional gallery of one image of each identity', () => {
    const { probes, identities, distractors } = generated(6, 5, 60, 8);
    const { traditionalCmc } = megaface(probes, identities, distractors, { galleries: 10 });
    expect(traditionalCmc.trials).toBe(10 * 6 * 4);
    const again = megaface(probes, identities, distractors, { galleries: 10 }).traditionalCmc;
    expect(again).toEqual(traditionalCmc);
    const without = megaface(
      probes,
      identities,
      { rows: 1, cols: 8, data: new Float32Array(8).fill(9) },
      { galleries: 40 },
    );
    // One distractor far away: what is before the mate are faces of the gallery.
    expect(Math.max(...without.traditionalCmc.rank)).toBeLessThanOrEqual(6);
    expect(Math.max(...without.rank)).toBe(1);
  });

  it('refuses what it cannot measure', () => {
    const { probes, identities, distractors } = generated(3, 2, 9, 4);
    expect(() => megaface(probes, ['a'], distractors)).toThrow(/6 probes have 1 identities/);
    expect(() => megaface(probes, range(6).map(String), distractors)).toThrow(/No identity has two images/);
    expect(() => new MegaFaceSearch(probes, identities).result()).toThrow(/no distractors/);
    expect(() => megaface(probes, identities, distractors, { impostorProbes: 0 })).toThrow(/impostorProbes is 0/);
    expect(() => megaface(probes, identities, distractors, { nearest: -1 })).toThrow(/0 to 1000/);
    expect(() => megaface(probes, identities, { rows: 12, cols: 3, data: distractors.data })).toThrow(/3 values/);
  });

  describe('(R)', () => {
    const { probes, identities, distractors } = generated(5, 4, 200, 8);

    it('puts noisy distractors behind all others, and removes none', () => {
      const clean = distractors.data.slice(0, 100 * 8);
      const noisy = range(200).map((row) => row >= 100);
      const noNoise = new Array<boolean>(20).fill(false);
      const refined = megaface(
        cleanProbes(probes, identities, noNoise),
        identities,
        markNoisyDistractors(distractors, noisy),
      );
      const fewer = megaface(probes, identities, { rows: 100, cols: 8, data: clean });
      expect([...refined.rank]).toEqual([...fewer.rank]);
      expect(refined.distractors).toBe(200);
    });

    it('gives a noisy probe its identity’s centre, nearly, and leaves the others alone', () => {
      const noisy = range(20).map((row) => row === 7);
      const cleaned = cleanProbes(probes, identities, noisy, 5);
      const centre = new Float64Array(9);
      for (const row of [2, 12, 17])
        for (let k = 0; k < 8; k++) centre[k] = (centre[k] ?? 0) + (probes.data[row * 8 + k] ?? 0);
      const length = Math.hypot(...centre);
      const vector = cleaned.data.subarray(7 * 9, 8 * 9);
      expect(Math.hypot(...vector)).toBeCloseTo(1, 6);
      vector.forEach((value, k) => {
        expect(Math.abs(value - (centre[k] ?? 0) / length)).toBeLessThan(0.01);
      });
      expect([...vector]).not.toEqual([...centre].map((value) => Math.fround(value / length)));
      expect([...cleaned.data.subarray(0, 9)]).toEqual([...probes.data.subarray(0, 8), 0]);
      expect(cleanProbes(probes, identities, noisy, 5)).toEqual(cleaned);
      expect(cleanProbes(probes, identities, noisy, 6)).not.toEqual(cleaned);
    });

    it('names the identities that have no clean image', () => {
      const noisy = identities.map((identity) => identity === 'person 3');
      expect(() => cleanProbes(probes, identities, noisy)).toThrow(/1 identities have no clean image.*person 3/);
    });
  });
});
