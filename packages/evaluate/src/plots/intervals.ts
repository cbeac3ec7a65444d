import * as Plot from '@observablehq/plot';
import type { Interval } from '../scores/interval.js';
import { oneTwoFive } from './axes.js';
import { type ChartOptions, INK, renderChart, seriesColour } from './chart.js';

/** One row of the chart. */
export interface IntervalRow {
  readonly name: string;
  readonly interval: Interval;
  /** Rows of one group stand together, under its name. */
  readonly group?: string;
}

export interface IntervalChartOptions extends ChartOptions {
  readonly rows: readonly IntervalRow[];
  readonly label: string;
  readonly scale?: 'linear' | 'log';
  /** A value that all are compared with. */
  readonly reference?: { readonly value: number; readonly name: string };
}

/** Estimates as dots with their intervals as lines, one row each: what overlaps, and what does not, is seen at a glance. */
export function intervalChart(options: IntervalChartOptions): string {
  const { rows, label, scale = 'linear', reference } = options;
  if (rows.length === 0) throw new Error('An interval chart needs at least one row.');
  const isLog = scale === 'log';
  const known = rows.flatMap(({ interval: { low, estimate, high } }) => [low, estimate, high]);
  const positive = known.filter((value) => value > 0);
  if (isLog && positive.length === 0) throw new Error('On a logarithmic axis at least one value must be above 0.');
  const least = isLog ? Math.min(...positive) / 1.5 : Math.min(...known);
  const most = isLog ? Math.max(...positive) * 1.2 : Math.max(...known);
  const fine = isLog ? oneTwoFive(least, most) : [];
  const logTicks = fine.length > 9 ? fine.filter((at) => String(at.toExponential()).startsWith('1')) : fine;
  const groups = [...new Set(rows.map(({ group = '' }) => group))];
  const shown = rows.map((row, i) => ({
    key: String(i),
    low: Math.max(row.interval.low, least),
    high: row.interval.high,
    estimate: row.interval.estimate,
    colour: seriesColour(groups.indexOf(row.group ?? '')),
  }));
  const legend = groups.length > 1 ? groups.map((name, i) => ({ name, colour: seriesColour(i) })) : [];
  const height = options.height ?? Math.max(240, 130 + 26 * rows.length);
  return renderChart({ ...options, height }, legend, () => ({
    marginLeft: 30 + 7 * Math.max(...rows.map(({ name }) => name.length)),
    x: {
      type: scale,
      domain: [least, most],
      label,
      grid: true,
      ...(isLog && { ticks: logTicks, tickFormat: rateLabel }),
    },
    y: {
      type: 'band',
      domain: shown.map(({ key }) => key),
      label: null,
      tickFormat: (key: string) => rows[Number(key)]?.name ?? '',
      tickSize: 0,
    },
    marks: [
      ...(reference ? [Plot.ruleX([reference.value], { stroke: INK, strokeDasharray: '4,3' })] : []),
      ...(reference
        ? [
            Plot.text([reference], {
              x: 'value',
              frameAnchor: 'top',
              text: 'name',
              textAnchor: 'start',
              dx: 6,
              dy: -10,
              fill: INK,
            }),
          ]
        : []),
      Plot.link(shown, {
        x1: 'low',
        x2: 'high',
        y1: 'key',
        y2: 'key',
        stroke: (row) => row.colour,
        strokeWidth: 2.4,
        strokeOpacity: 0.55,
      }),
      Plot.dot(
        shown.filter(({ estimate }) => !isLog || estimate > 0),
        { x: 'estimate', y: 'key', fill: (row) => row.colour, r: 4.5 },
      ),
    ],
    color: { type: 'identity' },
  }));
}

/** 0.001 as 1e-3, 0.0025 as 2.5e-3: rates read by their power. */
function rateLabel(rate: number): string {
  return rate >= 0.01 ? String(Number(rate.toPrecision(2))) : rate.toExponential().replace('e-', 'e−');
}
