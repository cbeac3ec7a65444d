import * as Plot from '@observablehq/plot';
import type { PairScores } from '../scores/ranking.js';
import { type ChartOptions, INK, renderChart, seriesColour } from './chart.js';

export interface ScoreHistogramOptions extends ChartOptions {
  readonly scores: PairScores;
  /** What the scores are, e.g. `Cosine similarity`. */
  readonly label?: string;
  readonly bins?: number;
  /** A decision threshold to mark. */
  readonly threshold?: number;
}

interface Bin {
  readonly from: number;
  readonly to: number;
  readonly share: number;
}

/** Genuine and impostor scores in common bins, each as a share of its own kind, so that unequal numbers compare. */
export function scoreHistogram(options: ScoreHistogramOptions): string {
  const { scores, label = 'Similarity score', bins = 60, threshold } = options;
  if (!Number.isInteger(bins) || bins < 2 || bins > 1000)
    throw new Error(`A histogram cannot have ${bins} bins. Give 2 to 1,000.`);
  const all = [scores.genuine, scores.impostor];
  const low = all.reduce((least, part) => part.reduce((a, b) => Math.min(a, b), least), Infinity);
  const high = all.reduce((most, part) => part.reduce((a, b) => Math.max(a, b), most), -Infinity);
  if (!Number.isFinite(low) || !Number.isFinite(high))
    throw new Error('A histogram needs finite scores, and at least one.');
  const width = (high - low || 1) / bins;
  const kinds = [
    { name: `Genuine pairs (${scores.genuine.length.toLocaleString('en')})`, scores: scores.genuine },
    { name: `Impostor pairs (${scores.impostor.length.toLocaleString('en')})`, scores: scores.impostor },
  ].map((kind, i) => ({ ...kind, colour: seriesColour(i), bins: shares(kind.scores, low, width, bins) }));

  return renderChart(options, kinds, () => ({
    x: { domain: [low, low + width * bins], label },
    y: { label: 'Share of the kind’s pairs', tickFormat: '~%', grid: true },
    marks: [
      ...kinds.flatMap(({ bins: filled, colour }) => [
        Plot.areaY(outline(filled), { x: 'x', y: 'y', curve: 'step-after', fill: colour, fillOpacity: 0.25 }),
        Plot.line(outline(filled), { x: 'x', y: 'y', curve: 'step-after', stroke: colour, strokeWidth: 1.6 }),
      ]),
      Plot.ruleY([0], { stroke: INK, strokeOpacity: 0.4 }),
      ...(threshold === undefined
        ? []
        : [
            Plot.ruleX([threshold], { stroke: INK, strokeDasharray: '4,3' }),
            Plot.text([threshold], {
              x: (at: number) => at,
              frameAnchor: 'top',
              text: (at: number) => `threshold ${at.toPrecision(3)}`,
              textAnchor: 'start',
              dx: 6,
              dy: 2,
              fill: INK,
            }),
          ]),
    ],
  }));
}

function shares(scores: Float64Array, low: number, width: number, bins: number): Bin[] {
  const counts = new Float64Array(bins);
  for (const score of scores) {
    const bin = Math.min(bins - 1, Math.floor((score - low) / width));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return Array.from(counts, (count, i) => ({
    from: low + i * width,
    to: low + (i + 1) * width,
    share: count / (scores.length || 1),
  }));
}

function outline(bins: readonly Bin[]): { x: number; y: number }[] {
  const last = bins.at(-1);
  return [...bins.map(({ from, share }) => ({ x: from, y: share })), ...(last ? [{ x: last.to, y: last.share }] : [])];
}
