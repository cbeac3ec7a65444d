import {
  cmcCurve,
  identification,
  LargestScores,
  type Matrix,
  plainProduct,
  recallAt,
  tpirAtFpir,
  wasmProduct,
} from '@pocketnet/evaluate';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

/** Small whole numbers, so that scores tie often and are exact. */
const matrix = (rows: fc.Arbitrary<number>, cols: number): fc.Arbitrary<Matrix> =>
  rows.chain((count) =>
    fc
      .array(fc.integer({ min: -2, max: 2 }), { minLength: count * cols, maxLength: count * cols })
      .map((values) => ({ rows: count, cols, data: Float32Array.from(values) })),
  );

const search = fc
  .record({
    probes: matrix(fc.integer({ min: 1, max: 12 }), 3),
    gallery: matrix(fc.integer({ min: 1, max: 30 }), 3),
  })
  .chain(({ probes, gallery }) =>
    fc.record({
      probes: fc.constant(probes),
      gallery: fc.constant(gallery),
      probeIds: fc.array(fc.nat(7), { minLength: probes.rows, maxLength: probes.rows }),
      galleryIds: fc.array(fc.nat(5), { minLength: gallery.rows, maxLength: gallery.rows }),
    }),
  );

const row = ({ cols, data }: Matrix, at: number) => Array.from(data.subarray(at * cols, (at + 1) * cols));
const dot = (x: number[], y: number[]) => x.reduce((sum, value, k) => sum + value * (y[k] ?? 0), 0);
const squared = (x: number[], y: number[]) => -x.reduce((sum, value, k) => sum + (value - (y[k] ?? 0)) ** 2, 0);

describe('identification', () => {
  it.each(['dot', 'distance'] as const)(
    'equals a brute-force oracle on small sets full of ties, by %s',
    (similarity) => {
      const like = similarity === 'dot' ? dot : squared;
      fc.assert(
        fc.property(search, (given) => {
          const { probes, gallery, probeIds, galleryIds } = given;
          const report = identification(given, { similarity, largestOthers: 7 });
          const others: number[] = [];
          probeIds.forEach((id, p) => {
            const scores = galleryIds.map((_, g) => like(row(probes, p), row(gallery, g)));
            const mates = scores.filter((_, g) => galleryIds[g] === id);
            const rest = scores.filter((_, g) => galleryIds[g] !== id);
            const mate = Math.max(...mates);
            others.push(...rest);
            expect(report.bestOther[p]).toBe(Math.max(...rest));
            expect(report.mateScore[p]).toBe(mates.length > 0 ? mate : Number.NaN);
            expect(report.higher[p]).toBe(mates.length > 0 ? rest.filter((score) => score > mate).length : 0);
            expect(report.equal[p]).toBe(mates.length > 0 ? rest.filter((score) => score === mate).length : 0);
          });
          expect([...report.largestOthers]).toEqual(others.sort((a, b) => b - a).slice(0, 7));
          expect(report.mated + report.nonMated).toBe(probes.rows);
        }),
        { numRuns: 80 },
      );
    },
  );

  it('finds an open-set rate as its definition reads', () => {
    fc.assert(
      fc.property(search, fc.double({ min: 0, max: 1, noNaN: true }), (given, target) => {
        const report = identification(given);
        if (report.mated === 0 || report.nonMated === 0) {
          expect(() => tpirAtFpir(report, target)).toThrow(/needs both kinds/);
          return;
        }
        const point = tpirAtFpir(report, target);
        const nonMated = report.bestOther.filter((_, p) => Number.isNaN(report.mateScore[p] ?? 0));
        expect(point.fpir).toBe(nonMated.filter((score) => score > point.threshold).length / nonMated.length);
        expect(point.fpir).toBeLessThanOrEqual(target);
        const hits = report.mateScore.filter(
          (score, p) => score > point.threshold && score > (report.bestOther[p] ?? 0),
        ).length;
        expect(point.tpir).toBe(hits / report.mated);
        // No lower threshold among the scores keeps the target.
        const lower = nonMated.filter((score) => score < point.threshold);
        const next = lower.length > 0 ? Math.max(...lower) : Number.NEGATIVE_INFINITY;
        if (point.threshold > Number.NEGATIVE_INFINITY)
          expect(nonMated.filter((score) => score > next).length / nonMated.length).toBeGreaterThan(target);
        expect(tpirAtFpir(report, target, 'released').tpir).toBeLessThanOrEqual(point.tpir);
      }),
      { numRuns: 80 },
    );
  });

  const large = (seed: number): Parameters<typeof identification>[0] => {
    const matrixOf = (rows: number, shift: number): Matrix => {
      const data = Float32Array.from({ length: rows * 16 }, (_, i) => Math.sin((i + 1) * 0.71 * (seed + shift)));
      return { rows, cols: 16, data };
    };
    const galleryIds = Array.from({ length: 5000 }, (_, g) => g);
    return {
      probes: matrixOf(700, 0),
      gallery: matrixOf(5000, 1),
      probeIds: Array.from({ length: 700 }, (_, p) => p * 11),
      galleryIds,
    };
  };

  it('finds the same with any product, over several blocks, to the last bit', () => {
    const given = large(3);
    expect(identification(given, { product: wasmProduct() })).toEqual(identification(given, { product: plainProduct }));
  });

  it('finds the same with a product that is as wrong as float32 may be', () => {
    const given = large(4);
    const wrong: typeof plainProduct = (left, right, width, scores) => {
      plainProduct(left, right, width, scores);
      scores.forEach((score, i) => {
        scores[i] = score + (i % 2 === 0 ? 1 : -1) * 16 * 2 ** -24;
      });
    };
    expect(identification(given, { product: wrong })).toEqual(identification(given, { product: plainProduct }));
  });

  it('does not care in which order the gallery stands', () => {
    const given = large(5);
    const order = Array.from({ length: 5000 }, (_, g) => (g * 37) % 5000);
    const data = Float32Array.from(order.flatMap((g) => row(given.gallery, g)));
    const shuffled = { ...given, gallery: { ...given.gallery, data }, galleryIds: order };
    expect(identification(shuffled)).toEqual(identification(given));
  });

  it('takes a matrix in float64 at its word', () => {
    const [a, b] = [1 + 2 ** -40, 1 + 2 ** -41];
    const gallery = { rows: 2, cols: 1, data: Float64Array.of(b, a) };
    const probes = { rows: 1, cols: 1, data: Float64Array.of(1) };
    const report = identification({ probes, gallery, probeIds: ['x'], galleryIds: ['x', 'y'] });
    expect(report.rank[0]).toBe(2);
  });

  it('lets ties go against the mate unless said otherwise', () => {
    const ones = (rows: number) => ({ rows, cols: 2, data: new Float32Array(2 * rows).fill(1) });
    const given = { probes: ones(1), gallery: ones(4), probeIds: [0], galleryIds: [0, 1, 2, 3] };
    expect(identification(given).rank[0]).toBe(4);
    expect(identification(given, { ties: 'for' }).rank[0]).toBe(1);
  });

  it('refuses what cannot be compared, and says which', () => {
    const given = large(1);
    const { probes, gallery } = given;
    const nan = { ...gallery, data: gallery.data.map((value, i) => (i === 33 ? Number.NaN : value)) as Float32Array };
    const narrow = { rows: 10_000, cols: 8, data: gallery.data };
    const long = { ...probes, data: probes.data.map((value) => value * 1e20) as Float32Array };
    expect(() => identification({ ...given, gallery: nan })).toThrow(/The gallery: 1 of 5000 rows .* \(rows 2\)/);
    expect(() => identification({ ...given, gallery: narrow, galleryIds: new Array(10_000).fill(0) })).toThrow(
      /8 values, the probes' 16/,
    );
    expect(() => identification({ ...given, probes: long })).toThrow(/a vector of length/);
    expect(() => identification({ ...given, probeIds: [1] })).toThrow(/700 probes have 1 identities/);
    expect(() => identification(given, { product: (_l, _r, _w, scores) => scores.fill(Number.NaN) })).toThrow(
      /product function is at fault/,
    );
  });
});

describe('a CMC', () => {
  it('never falls with the rank and ends with all that have one', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), fc.nat(5), (ranks, more) => {
        const cmc = cmcCurve(Float64Array.from(ranks), ranks.length + more);
        for (let k = 0; k <= 41; k++)
          expect(recallAt(cmc, k)).toBe(ranks.filter((rank) => rank <= k).length / (ranks.length + more));
      }),
    );
  });
});

describe('LargestScores', () => {
  it('keeps the largest of any stream', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -9, max: 9 })), fc.integer({ min: 1, max: 12 }), (scores, size) => {
        const largest = new LargestScores(size);
        for (const score of scores) largest.add(score);
        expect([...largest.values()]).toEqual(scores.toSorted((a, b) => b - a).slice(0, size));
      }),
    );
  });

  it('refuses to keep none, or more than memory holds', () => {
    expect(() => new LargestScores(0)).toThrow(/Cannot store/);
    expect(() => new LargestScores(1e12)).toThrow(/Cannot store/);
  });
});
