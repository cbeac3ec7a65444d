import * as Plot from '@observablehq/plot';
import type { RocCurve } from '../scores/roc.js';
import { decades, powerLabel, smallestFar } from './axes.js';
import { type ChartOptions, renderChart, seriesColour } from './chart.js';
import { type Point, thin } from './thin.js';

/** A curve and the name that its legend entry bears. */
export interface NamedCurve {
  readonly name: string;
  readonly curve: RocCurve;
}

export interface RocChartOptions extends ChartOptions {
  readonly curves: readonly NamedCurve[];
  /** Left end of the axis; unless said, the power of ten that the largest set of impostor pairs still resolves. */
  readonly minFar?: number;
  /** Lower end of the TAR axis; unless said, just below the lowest curve. */
  readonly minTar?: number;
}

/** ROC on a logarithmic FAR axis, as steps: TAR at x is what a threshold with FAR <= x achieves. */
export function rocChart(options: RocChartOptions): string {
  const { curves } = options;
  if (curves.length === 0) throw new Error('A ROC chart needs at least one curve.');
  const minFar = options.minFar ?? smallestFar(Math.max(...curves.map(({ curve }) => curve.impostor)));
  const lines = curves.map(({ curve }) => thin(steps(curve, minFar), Math.log10(minFar), 0));
  const lowest = Math.min(...lines.map((line) => line[0]?.y ?? 0));
  const minTar = options.minTar ?? Math.max(0, Math.floor(lowest * 20 - 0.2) / 20);
  const legend = curves.map(({ name }, i) => ({ name, colour: seriesColour(i) }));
  return renderChart(options, legend, () => ({
    x: {
      domain: [Math.log10(minFar), 0],
      label: 'False accept rate (FAR)',
      ticks: decades(minFar).map(Math.log10),
      tickFormat: (power: number) => powerLabel(10 ** power),
    },
    y: { domain: [minTar, 1], label: 'True accept rate (TAR)', tickFormat: '.0%', nice: false },
    marks: [
      Plot.gridX({ ticks: decades(minFar).map(Math.log10) }),
      Plot.gridY(),
      ...lines.map((line, i) =>
        Plot.line(line, {
          x: 'x',
          y: (point: Point) => Math.max(point.y, minTar),
          curve: 'step-after',
          stroke: seriesColour(i),
          strokeWidth: 2,
        }),
      ),
    ],
  }));
}

/** The curve's points with x = log10 FAR: entered from the left edge at the TAR which holds there. */
function* steps({ far, tar }: RocCurve, minFar: number): Generator<Point> {
  let first = 0;
  while (first < far.length - 1 && (far[first + 1] ?? 1) <= minFar) first++;
  yield { x: Math.log10(minFar), y: tar[first] ?? 0 };
  for (let k = first + 1; k < far.length; k++) {
    const next = far[k + 1];
    if (next !== undefined && next === far[k]) continue; // of points above one another the top one counts
    yield { x: Math.log10(far[k] ?? 1), y: tar[k] ?? 0 };
  }
}
