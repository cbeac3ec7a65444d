import {
  detChart,
  heatMap,
  intervalChart,
  lineChart,
  type PairScores,
  PUBLISHED,
  rocChart,
  rocCurve,
  scoreHistogram,
  tradeoffChart,
} from '@pocketnet/evaluate';
import fc from 'fast-check';
import { DOMParser } from 'linkedom';
import { describe, expect, it } from 'vitest';

const scores: PairScores = {
  genuine: Float64Array.from({ length: 400 }, (_, i) => 0.6 + 0.3 * Math.sin(i * 12.9)),
  impostor: Float64Array.from({ length: 900 }, (_, i) => 0.1 + 0.35 * Math.sin(i * 78.2)),
};
const curve = rocCurve(scores);

/** Every kind of chart with the words given; a new chart joins here and gets the tests below. */
const CHARTS: Record<string, (words: string) => string> = {
  roc: (title) => rocChart({ title, subtitle: title, curves: [{ name: title, curve }] }),
  'det, probit axes': (title) => detChart({ title, curves: [{ name: title, curve }] }),
  'det, log axes': (title) => detChart({ title, axes: 'log', curves: [{ name: title, curve }] }),
  histogram: (title) => scoreHistogram({ title, label: title, scores, threshold: 0.4 }),
  lines: (title) =>
    lineChart({
      title,
      x: title,
      y: { label: title, scale: 'log' },
      series: [
        { name: title, x: [1, 2], y: [3, 4] },
        { name: title, x: [1], y: [2] },
      ],
    }),
  'heat map': (title) =>
    heatMap({
      title,
      width: 720,
      height: 480,
      x: title,
      columns: Array.from({ length: 100 }, (_, i) => i),
      rows: [title, 'b'],
      panels: [title, 'other'].map((name) => ({
        name,
        values: [0, 1].map((row) => Array.from({ length: 100 }, (_, i) => (row + i) / 101)),
      })),
    }),
  'intervals, log axis': (title) =>
    intervalChart({
      title,
      label: title,
      scale: 'log',
      height: 480,
      reference: { value: 2e-3, name: title },
      rows: [
        { name: title, interval: { estimate: 1e-3, low: 5e-4, high: 2e-3, confidence: 0.95 } },
        { name: 'none', interval: { estimate: 0, low: 0, high: 1e-3, confidence: 0.95 } },
      ],
    }),
  'trade-off': (title) =>
    tradeoffChart({
      title,
      width: 720,
      height: 480,
      ours: 'ours',
      costLabel: title,
      qualityLabel: title,
      points: [
        { name: title, cost: 1, quality: 99, family: 'ours' },
        { name: 'b', cost: 3, quality: 99.5, family: 'published' },
      ],
    }),
};

describe.each(Object.entries(CHARTS))('the %s chart', (_, draw) => {
  it('is one SVG document that stands alone: white ground, no script, nothing fetched', () => {
    const svg = draw('A title');
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" /);
    expect(svg).toMatch(/<rect width="720" height="480" fill="#ffffff"\/>/);
    expect(svg).not.toMatch(/<script|href=|url\(|@import|var\(/);
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
    expect(svg).toMatch(/<path[^>]* d="M/);
    expect(svg.length).toBeLessThan(200_000);
  });

  it('is drawn alike twice', () => {
    expect(draw('A title')).toBe(draw('A title'));
  });

  it('shows any words as words, never as markup', () => {
    const elements = (svg: string) => {
      const document = new DOMParser().parseFromString(svg, 'image/svg+xml');
      return Array.from(document.querySelectorAll('*'), (element) => (element as { tagName: string }).tagName).filter(
        (tag) => tag !== 'tspan',
      );
    };
    const plain = elements(draw('plain'));
    const words = fc.oneof(
      fc.string(),
      fc.constantFrom('</text><script>x</script>', '"><image href="x"/>', ']]>&amp;<!--'),
    );
    fc.assert(
      fc.property(
        words.filter((text) => text.length < 30),
        (text) => {
          const svg = draw(`words ${text}`);
          expect(svg).not.toMatch(/<script|<image/);
          expect(new Set(elements(svg))).toEqual(new Set(plain));
        },
      ),
      { numRuns: 20 },
    );
  });
});

describe('charts', () => {
  it('thin a curve of many points to a small drawing', () => {
    const many = rocCurve({
      genuine: Float64Array.from({ length: 50_000 }, (_, i) => Math.sin(i) + 0.5),
      impostor: Float64Array.from({ length: 50_000 }, (_, i) => Math.cos(i * 1.7)),
    });
    expect(rocChart({ title: 'many', curves: [{ name: 'a', curve: many }] }).length).toBeLessThan(80_000);
  });

  it('break a line at values that are not finite instead of failing', () => {
    const svg = lineChart({
      title: 't',
      x: 'x',
      y: 'y',
      series: [{ name: 'a', x: [1, 2, 3, 4, 5], y: [1, 2, Number.NaN, 3, 4] }],
    });
    expect(svg).toMatch(/d="M[^M"]*M[^M"]*"/);
    expect(lineChart({ title: 't', x: 'x', y: 'y', series: [] })).toMatch(/^<svg/);
  });

  it('name every published network beside ours without two names on one another', () => {
    const points = PUBLISHED.flatMap(({ name, parameters, results }) =>
      results.lfw === undefined ? [] : [{ name, cost: parameters, quality: results.lfw, family: 'published' }],
    );
    const svg = tradeoffChart({
      title: 't',
      ours: 'ours',
      costLabel: 'c',
      qualityLabel: 'q',
      points: [...points, { name: 'PocketNet, ours', cost: 0.93, quality: 99.5, family: 'ours' }],
    });
    const named = points.filter(({ name }) => svg.includes(`>${name}</text>`)).length;
    expect(svg).toContain('>PocketNet, ours</text>');
    expect(named).toBeGreaterThan(0.8 * points.length);
  });

  it('refuse what cannot be drawn', () => {
    const point = { name: 'free', cost: 0, quality: 1, family: 'a' };
    expect(() => tradeoffChart({ title: 't', costLabel: 'c', qualityLabel: 'q', points: [point] })).toThrow(/free/);
    expect(() => intervalChart({ title: 't', label: 'l', rows: [] })).toThrow(/at least one row/);
    const panel = { name: 'wide', values: [[1, 2]] };
    expect(() => heatMap({ title: 't', x: 'x', columns: [1], rows: ['a'], panels: [panel] })).toThrow(
      /"wide".*1 values/,
    );
    expect(() => heatMap({ title: 't', x: 'x', columns: [], rows: [], panels: [] })).toThrow(/at least one row/);
    expect(() => rocChart({ title: 't', curves: [] })).toThrow(/at least one curve/);
    expect(() => lineChart({ title: 't', x: 'x', y: 'y', series: [{ name: 'loss', x: [1], y: [] }] })).toThrow(
      /"loss"/,
    );
    expect(() => lineChart({ title: 't', width: 1e9, x: 'x', y: 'y', series: [] })).toThrow(/width/);
    const empty = { genuine: new Float64Array(), impostor: new Float64Array() };
    expect(() => scoreHistogram({ title: 't', scores: empty })).toThrow(/finite scores/);
  });
});
