import * as Plot from '@observablehq/plot';
import { logLabels } from './axes.js';
import { type ChartOptions, renderChart, seriesColour } from './chart.js';

export interface LineAxis {
  readonly label: string;
  /** `log` needs values above 0; the others are left out. */
  readonly scale?: 'linear' | 'log';
  /** Ends of the axis; unless said, those of the data. */
  readonly domain?: readonly [number, number];
}

/** One line. Values that are not finite break it. */
export interface LineSeries {
  readonly name: string;
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  readonly dashed?: boolean;
}

export interface LineChartOptions extends ChartOptions {
  readonly x: string | LineAxis;
  readonly y: string | LineAxis;
  readonly series: readonly LineSeries[];
}

/** Lines over a common axis, such as losses over steps. A single series is named by the title and has no legend. */
export function lineChart(options: LineChartOptions): string {
  const { series } = options;
  const x = axis(options.x);
  const y = axis(options.y);
  const drawable = (value: number | undefined, { scale }: LineAxis) =>
    value !== undefined && Number.isFinite(value) && (scale !== 'log' || value > 0) ? value : Number.NaN;
  const lines = series.map((line, i) => {
    if (line.x.length !== line.y.length)
      throw new Error(
        `Series "${line.name}" has ${line.x.length} x and ${line.y.length} y values. Give the same number of both.`,
      );
    const points = Array.from(line.x, (at, k) => ({ x: drawable(at, x), y: drawable(line.y[k], y) }));
    return { ...line, points, colour: seriesColour(i) };
  });
  const points = lines.flatMap((line) => line.points);
  return renderChart(options, lines.length > 1 ? lines : [], () => ({
    x: plotAxis(
      x,
      points.map((point) => point.x),
    ),
    y: {
      ...plotAxis(
        y,
        points.map((point) => point.y),
      ),
      grid: true,
    },
    marks: lines.flatMap(({ points, colour, dashed }) => [
      Plot.line(points, {
        x: 'x',
        y: 'y',
        stroke: colour,
        strokeWidth: 1.8,
        strokeLinejoin: 'round',
        ...(dashed ? { strokeDasharray: '6,4' } : {}),
      }),
      ...(points.length <= 30 ? [Plot.dot(points, { x: 'x', y: 'y', fill: colour, r: 2.6 })] : []),
    ]),
  }));
}

function axis(given: string | LineAxis): LineAxis {
  return typeof given === 'string' ? { label: given } : given;
}

function plotAxis({ label, scale = 'linear', domain }: LineAxis, values: readonly number[]) {
  const seen = domain ?? values.filter(Number.isFinite);
  const labels =
    scale === 'log' && seen.length > 0 ? logLabels(least(seen), -least(seen.map((value) => -value))) : undefined;
  return {
    ...{ label, type: scale, ...(domain ? { domain: [...domain] } : { nice: true }) },
    ...(labels && { tickFormat: labels }),
  };
}

const least = (values: readonly number[]): number => values.reduce((a, b) => Math.min(a, b), Infinity);
