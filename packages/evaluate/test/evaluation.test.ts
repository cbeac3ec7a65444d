import {
  type BenchmarkResult,
  type BenchmarkRun,
  compareReport,
  EVALUATION_FORMAT,
  type Evaluation,
  evaluationReport,
  htmlReport,
  PUBLISHED,
  PUBLISHED_BENCHMARKS,
  readEvaluation,
  rocCurve,
} from '@pocketnet/evaluate';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const jpeg = Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 1, 2, 3, 4, 5, 6, 7, 8);
const scores = {
  genuine: Float64Array.from({ length: 200 }, (_, i) => 0.6 + 0.3 * Math.sin(12.9 * i)),
  impostor: Float64Array.from({ length: 300 }, (_, i) => 0.1 + 0.35 * Math.sin(78.2 * i)),
};
const curve = rocCurve(scores);

const result = (name: string, words = name): BenchmarkResult => ({
  name,
  title: words,
  about: words,
  metrics: [
    {
      name: 'accuracy',
      value: 0.97,
      deviation: 0.01,
      unit: 'share',
      interval: { estimate: 0.97, low: 0.95, high: 0.98, confidence: 0.95 },
    },
    { name: 'mean norm', value: 12.5, unit: 'number', interval: null },
  ],
  intervals: words,
  thresholds: [{ name: words, cosine: 0.4, far: 0.01, tar: 0.9, resolved: true }],
  curve: { far: [0, 0.1, 1], tar: [0.5, 0.9, 1], genuine: 200, impostor: 300 },
  hardest: [
    { pair: 3, same: true, cosine: 0.1 },
    { pair: 4, same: false, cosine: 0.5 },
  ],
  problems: [words],
});

const evaluation = (words = 'tiny', benchmarks = [result('lfw', words), result('cfp_fp', words)]): Evaluation => ({
  format: EVALUATION_FORMAT,
  model: {
    name: words,
    file: words,
    bytes: 4e6,
    parameters: 1e6,
    macs: 2e8,
    flops: null,
    dimension: 128,
    input: 112,
    channels: 'rgb',
  },
  suite: 'quick',
  date: '2026-01-01',
  timing: { millisecondsPerFace: 3.2, faces: 1000, batch: 64, threads: 2, machine: words },
  benchmarks,
  notFound: [words],
});
const runs = (all: Evaluation): BenchmarkRun[] => all.benchmarks.map((one) => ({ result: one, curve, scores }));

describe('the evaluation report', () => {
  it('has the numbers, the curves and, by the callback, the hardest pairs', () => {
    const all = evaluation();
    const asked: string[] = [];
    const html = htmlReport(
      evaluationReport(all, runs(all), (benchmark, pair) => {
        asked.push(`${benchmark} ${pair}`);
        return [jpeg, jpeg];
      }),
    );
    for (const words of ['97.00 ± 1.00', '95.00 – 98.00', '1.00 M', '3.20 ms a face', 'hardest pairs'])
      expect(html).toContain(words);
    expect(asked.sort()).toEqual(['cfp_fp 3', 'cfp_fp 4', 'lfw 3', 'lfw 4']);
    expect(html.match(/data:image\/jpeg/g)?.length).toBe(8);
    expect(html).not.toMatch(/<script|https?:/);
  });

  it('without pictures shows none', () => {
    const all = evaluation();
    const html = htmlReport(evaluationReport(all, runs(all)));
    expect(html).not.toContain('data:image/jpeg');
    expect(html).not.toContain('hardest pairs');
  });

  it('shows words of models and data as words', () => {
    const attack = '<script>alert(1)</script>"\' onerror=x';
    const all = evaluation(attack);
    expect(htmlReport(evaluationReport(all, runs(all)))).not.toMatch(/<script|<[^>]* onerror=/);
    expect(htmlReport(compareReport([{ name: attack, evaluation: all }], attack))).not.toMatch(
      /<script|<[^>]* onerror=/,
    );
  });
});

describe('reading a report', () => {
  const plain = JSON.parse(JSON.stringify(evaluation())) as Record<string, unknown>;

  it('gives back what was written', () => {
    expect(readEvaluation(plain, 'a.json')).toEqual(evaluation());
  });

  it('refuses what is none, with the file and the fault', () => {
    expect(() => readEvaluation({ ...plain, format: 'x' }, 'a.json')).toThrow(/a\.json.*format.*"x"/);
    expect(() => readEvaluation([], 'a.json')).toThrow(/no object/);
    expect(() => readEvaluation({ ...plain, benchmarks: [{ name: 'lfw', title: 'LFW' }] }, 'a.json')).toThrow(
      /metrics of benchmark 1/,
    );
  });

  it('of any damage either throws a sentence or can be compared', () => {
    const paths = (value: unknown, path: (string | number)[] = []): (string | number)[][] =>
      typeof value === 'object' && value !== null
        ? [path, ...Object.entries(value).flatMap(([key, inner]) => paths(inner, [...path, key]))]
        : [path];
    fc.assert(
      fc.property(fc.constantFrom(...paths(plain)), fc.anything(), (path, value) => {
        const copy = structuredClone(plain);
        let at: Record<string | number, unknown> = copy;
        for (const key of path.slice(0, -1)) at = at[key] as Record<string, unknown>;
        const last = path.at(-1);
        if (last !== undefined) at[last] = value;
        let read: Evaluation;
        try {
          read = readEvaluation(copy, 'a.json');
        } catch (error) {
          expect(String(error)).toContain('a.json is not a report');
          return;
        }
        expect(() => htmlReport(compareReport([{ name: 'a', evaluation: read }], 'today'))).not.toThrow(TypeError);
      }),
      { numRuns: 30, seed: 7 },
    );
  });
});

describe('the comparison', () => {
  it('draws both trade-offs of each published benchmark that was measured', () => {
    const { sections } = compareReport([{ name: 'ours', evaluation: evaluation() }], 'today');
    const costs = sections.filter(({ heading }) => heading?.includes('what it costs'));
    expect(costs.map(({ figure }) => (Array.isArray(figure) ? figure.length : 0))).toEqual([2, 2]);
  });

  it('says where only a part of a benchmark was measured', () => {
    const part = { ...result('lfw_dev', 'LFW dev'), standsFor: { name: 'lfw', but: 'folds 1 to 5 of 10' } };
    const html = htmlReport(compareReport([{ name: 'ours', evaluation: evaluation('m', [part]) }], 'today'));
    expect(html).toContain('ours was measured on folds 1 to 5 of 10');
  });
});

describe('the published networks', () => {
  it('have a name of their own, a source, and numbers that can be', () => {
    expect(PUBLISHED.length).toBeGreaterThan(30);
    expect(new Set(PUBLISHED.map(({ name }) => name)).size).toBe(PUBLISHED.length);
    for (const { name, parameters, mflops, results, source } of PUBLISHED) {
      expect(source, name).toMatch(/\[[PEMAZSGLTI]\]/);
      expect(parameters, name).toBeGreaterThan(0.1);
      expect(mflops ?? 1, name).toBeGreaterThan(0);
      expect(Object.keys(results).length, name).toBeGreaterThan(2);
      for (const value of Object.values(results))
        expect(value, name).toSatisfy((percent) => percent > 60 && percent <= 100);
      expect(results.lfw, name).toBeGreaterThan(99);
    }
    expect(PUBLISHED_BENCHMARKS.length).toBe(9);
  });

  it('have the paper’s own four, with the parameters that its graphs count to', () => {
    const own = PUBLISHED.filter(({ name }) => name.startsWith('PocketNet'));
    expect(own.map(({ parameters }) => Math.round(parameters * 1e6))).toEqual([925_632, 991_424, 1_686_656, 1_752_448]);
    expect(own[0]?.results).toEqual({
      lfw: 99.58,
      calfw: 95.48,
      cplfw: 89.63,
      cfp_fp: 94.21,
      agedb_30: 96.1,
      ijbb: 89.44,
      ijbc: 91.62,
      megaface: 90.54,
      megaface_r: 92.23,
    });
  });
});
