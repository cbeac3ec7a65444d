import {
  type Matrix,
  openSetIdentification,
  type PoolingOptions,
  pairRows,
  poolTemplates,
  scorePairs,
  type TemplateFaces,
  type TemplateList,
  type Templates,
} from '@pocketnet/evaluate';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const WIDTH = 3;
/** All of one sign: faces that cancel out have no direction to compare. */
const value = fc.integer({ min: 1, max: 40 }).map((n) => n / 8);
const face = fc.record({
  embedding: fc.array(value, { minLength: WIDTH, maxLength: WIDTH }),
  mirrored: fc.array(value, { minLength: WIDTH, maxLength: WIDTH }),
  template: fc.constantFrom<number>(3, 7, 180_001),
  media: fc.integer({ min: 1, max: 3 }),
  score: fc.integer({ min: 1, max: 9 }).map((n) => n / 10),
});
type Face = typeof face extends fc.Arbitrary<infer T> ? T : never;
const faces = fc.array(face, { minLength: 1, maxLength: 14 });
const switches = fc.record({ norm: fc.boolean(), detector: fc.boolean(), flip: fc.boolean() });

const matrix = (rows: number[][]): Matrix => ({
  rows: rows.length,
  cols: rows[0]?.length ?? 0,
  data: Float64Array.from(rows.flat()),
});

const tableOf = (given: readonly Face[]): TemplateFaces => ({
  embeddings: matrix(given.map(({ embedding }) => embedding)),
  mirrored: matrix(given.map(({ mirrored }) => mirrored)),
  template: Int32Array.from(given, ({ template }) => template),
  media: Int32Array.from(given, ({ media }) => media),
  detectorScore: given.map(({ score }) => score),
});

/** The protocol's sentences one after the other, in plain lists. */
function pooledByTheBook(given: readonly Face[], template: number, { norm, detector, flip }: PoolingOptions): number[] {
  const weighed = given
    .filter((one) => one.template === template)
    .map((one) => {
      const sum = one.embedding.map((x, i) => x + (flip ? (one.mirrored[i] ?? 0) : 0));
      const scaled = norm ? sum : sum.map((x) => x / Math.hypot(...sum));
      return { media: one.media, feature: scaled.map((x) => x * (detector ? one.score : 1)) };
    });
  const total = new Array<number>(WIDTH).fill(0);
  for (const media of new Set(weighed.map((one) => one.media))) {
    const same = weighed.filter((one) => one.media === media);
    total.forEach((x, i) => {
      total[i] = x + same.reduce((sum, one) => sum + (one.feature[i] ?? 0), 0) / same.length;
    });
  }
  return total.map((x) => x / Math.hypot(...total));
}

describe('template pooling', () => {
  it('is flip sum, norm, detector score, media mean, template sum and L2, each by its switch', () => {
    fc.assert(
      fc.property(faces, switches, (given, options) => {
        const { ids, features, usable } = poolTemplates(tableOf(given), options);
        expect(Array.from(ids)).toEqual([...new Set(given.map(({ template }) => template))].sort((a, b) => a - b));
        ids.forEach((id, k) => {
          const expected = pooledByTheBook(given, id, options);
          expect(usable[k]).toBe(1);
          for (const [i, x] of expected.entries()) expect(features.data[k * WIDTH + i]).toBeCloseTo(x, 9);
        });
      }),
    );
  });

  it('does not depend on the order of the faces', () => {
    fc.assert(
      fc.property(
        faces.chain((given) => fc.tuple(fc.constant(given), fc.shuffledSubarray(given, { minLength: given.length }))),
        ([given, shuffled]) => {
          const [a, b] = [poolTemplates(tableOf(given)), poolTemplates(tableOf(shuffled))];
          for (const [i, x] of a.features.data.entries()) expect(b.features.data[i]).toBeCloseTo(x, 9);
        },
      ),
    );
  });

  it('leaves out a face whose embedding is not a number, and names it', () => {
    const good: Face = { embedding: [1, 2, 2], mirrored: [0, 0, 0], template: 1, media: 1, score: 1 };
    const bad = { ...good, embedding: [1, Number.NaN, 0] };
    const { features, usable, problems } = poolTemplates({ ...tableOf([good, bad]), names: ['1.jpg', '2.jpg'] });
    expect(Array.from(features.data)).toEqual([1 / 3, 2 / 3, 2 / 3]);
    expect(Array.from(usable)).toEqual([1]);
    expect(problems).toEqual([{ what: expect.stringContaining('without a usable'), count: 1, examples: ['2.jpg'] }]);
  });

  it('names templates of which no face is usable; they match nobody', () => {
    const good: Face = { embedding: [1, 0, 0], mirrored: [0, 0, 0], template: 1, media: 1, score: 1 };
    const templates = poolTemplates(tableOf([good, { ...good, template: 5, embedding: [Infinity, 0, 0] }]));
    expect(Array.from(templates.usable)).toEqual([1, 0]);
    expect(templates.problems.at(-1)).toMatchObject({ count: 1, examples: ['5'] });
    const rows = pairRows(templates, {
      first: Int32Array.of(1, 1, 1),
      second: Int32Array.of(1, 5, 9),
      same: Uint8Array.of(1, 1, 0),
    });
    expect(Array.from(scorePairs(templates.features, rows))).toEqual([1, -Infinity, -Infinity]);
    expect(rows.problems.map(({ count, examples }) => [count, examples])).toEqual([
      [1, ['1 9']],
      [1, ['1 5']],
    ]);
  });

  it('asks for detector scores where they are to weigh, and for one of everything a face', () => {
    const { detectorScore: _, ...table } = tableOf([
      { embedding: [1, 0, 0], mirrored: [0, 0, 0], template: 1, media: 1, score: 1 },
    ]);
    expect(() => poolTemplates(table)).toThrow('no detector scores');
    expect(() => poolTemplates(table, { detector: false })).not.toThrow();
    expect(() => poolTemplates({ ...table, media: Int32Array.of(1, 2) }, { detector: false })).toThrow(
      '1 embeddings have 2 media ids',
    );
  });
});

/** Templates with given ids whose features need not be of unit length: few distinct values, so that ties are the rule. */
const drawnTemplates = (count: number) =>
  fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 2 * count, maxLength: 2 * count }).map(
    (data): Templates => ({
      ids: Int32Array.from({ length: count }, (_, k) => 10 * k),
      features: { rows: count, cols: 2, data: Float64Array.from(data) },
      usable: new Uint8Array(count).fill(1),
      problems: [],
    }),
  );

describe('a list of template pairs', () => {
  it('is scored as the dot product of each pair, in the precision of the features', () => {
    fc.assert(
      fc.property(drawnTemplates(4), fc.array(fc.nat(3), { minLength: 2, maxLength: 20 }), (templates, picks) => {
        const first = Int32Array.from(picks, (pick) => 10 * pick);
        const second = first.toReversed();
        const rows = pairRows(templates, { first, second, same: new Uint8Array(picks.length) });
        const { data } = templates.features;
        const expected = picks.map((a, i) => {
          const b = picks[picks.length - 1 - i] ?? 0;
          return (data[2 * a] ?? 0) * (data[2 * b] ?? 0) + (data[2 * a + 1] ?? 0) * (data[2 * b + 1] ?? 0);
        });
        expect(scorePairs(templates.features, rows)).toEqual(Float64Array.from(expected));
        const single = { ...templates.features, data: Float32Array.from(data) };
        expect(scorePairs(single, rows)).toEqual(Float32Array.from(expected));
      }),
    );
  });

  it('is told of its repetitions, also with sides swapped', () => {
    const templates = {
      ids: Int32Array.of(1, 2, 900_000_000),
      features: { rows: 3, cols: 1, data: new Float64Array(3) },
      usable: Uint8Array.of(1, 1, 1),
      problems: [],
    };
    const first = Int32Array.of(1, 2, 1, 900_000_000);
    const second = Int32Array.of(900_000_000, 900_000_000, 2, 1);
    const { problems } = pairRows(templates, { first, second, same: new Uint8Array(4) });
    expect(problems).toMatchObject([{ count: 1, examples: ['1 900000000'] }]);
  });
});

const GALLERY = 5;
const PROBES = 8;
const search = fc.record({
  templates: drawnTemplates(GALLERY + PROBES),
  gallery: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: GALLERY, maxLength: GALLERY }),
  probes: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: PROBES - 1, maxLength: PROBES - 1 }),
  unusable: fc.array(fc.integer({ min: 1, max: GALLERY + PROBES - 1 }), { maxLength: 3 }),
  rule: fc.constantFrom('exact' as const, 'released' as const),
});

describe('open-set identification', () => {
  it('gives what a search through sorted lists gives, ties and templates without a face included', () => {
    fc.assert(
      fc.property(search, ({ templates, gallery, probes, unusable, rule }) => {
        const usable = templates.usable.slice();
        for (const k of unusable) usable[k] = 0;
        const enrolled = [1, ...gallery.slice(1)];
        const searching = [1, ...probes]; // someone of the gallery
        if (searching.every((_, i) => usable[GALLERY + i] === 0)) return;
        const list = (name: string, subject: number[], from: number): TemplateList => ({
          name,
          template: Int32Array.from(subject, (_, i) => 10 * (from + i)),
          subject: Int32Array.from(subject),
        });
        const fpirs = [0, 0.2, 0.5, 1];
        const report = openSetIdentification(
          { ...templates, usable },
          [list('G', enrolled, 0)],
          list('P', searching, GALLERY),
          { ranks: [1, 2, 5], fpirs, rule },
        );

        const { data } = templates.features;
        const dot = (a: number, b: number) =>
          usable[a] && usable[b]
            ? (data[2 * a] ?? 0) * (data[2 * b] ?? 0) + (data[2 * a + 1] ?? 0) * (data[2 * b + 1] ?? 0)
            : -Infinity;
        const mates: { rank: number; score: number }[] = [];
        const strangers: number[] = [];
        searching.forEach((person, p) => {
          const scores = enrolled.map((_, g) => dot(GALLERY + p, g));
          if (!enrolled.includes(person)) {
            strangers.push(Math.max(...scores));
            return;
          }
          const score = Math.max(...scores.filter((_, g) => enrolled[g] === person));
          const others = scores.filter((other, g) => enrolled[g] !== person && other >= score).length;
          mates.push({ score, rank: score === -Infinity ? Infinity : 1 + others });
        });
        strangers.sort((a, b) => b - a);
        expect(report.cmc).toEqual(
          [1, 2, 5].map((rank) => ({ rank, rate: mates.filter((mate) => mate.rank <= rank).length / PROBES })),
        );
        const expected = fpirs.map((fpir) => {
          const at = Math.floor(fpir * strangers.length) - (rule === 'released' ? 1 : 0);
          const threshold = strangers[Math.max(at, 0)] ?? -Infinity;
          const hits = mates.filter((mate) => mate.rank === 1 && mate.score > threshold).length;
          return hits / mates.length;
        });
        expect(report.tpir.map(({ tpir }) => tpir)).toEqual(expected);
        const missing = usable.filter((flag) => flag === 0).length;
        expect(report.problems.map(({ count }) => count)).toEqual(missing > 0 ? [missing] : []);
      }),
    );
  });

  it('refuses a gallery that no probe belongs to', () => {
    const templates: Templates = {
      ids: Int32Array.of(1, 2),
      features: { rows: 2, cols: 1, data: Float64Array.of(1, 1) },
      usable: Uint8Array.of(1, 1),
      problems: [],
    };
    const gallery = { name: 'G1', template: Int32Array.of(1), subject: Int32Array.of(5) };
    const probes = { name: 'probes', template: Int32Array.of(2), subject: Int32Array.of(6) };
    expect(() => openSetIdentification(templates, [gallery], probes)).toThrow(
      'No probe shows a person of the gallery G1.',
    );
  });
});
