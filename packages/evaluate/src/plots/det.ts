import * as Plot from '@observablehq/plot';
import type { RocCurve } from '../scores/roc.js';
import { RATE_SCALES, smallestFar } from './axes.js';
import { type ChartOptions, renderChart, seriesColour } from './chart.js';
import type { NamedCurve } from './roc.js';
import { type Point, thin } from './thin.js';

export interface DetChartOptions extends ChartOptions {
  readonly curves: readonly NamedCurve[];
  /** Scale of both axes; `probit` unless said. */
  readonly axes?: keyof typeof RATE_SCALES;
  /** Smallest rates drawn; unless said, the powers of ten that the pairs still resolve. */
  readonly minFar?: number;
  readonly minFrr?: number;
}

/**
 * DET curve (Martin et al., Eurospeech 1997): false reject rate over false accept rate, with the line of equal errors
 * dotted. Rates of 0 lie infinitely far on either scale and are not drawn.
 */
export function detChart(options: DetChartOptions): string {
  const { curves, axes = 'probit' } = options;
  if (curves.length === 0) throw new Error('A DET chart needs at least one curve.');
  const { place, ticks, label } = RATE_SCALES[axes];
  const maxRate = axes === 'probit' ? 0.9 : 1;
  const minFar = options.minFar ?? smallestFar(Math.max(...curves.map(({ curve }) => curve.impostor)));
  const minFrr = options.minFrr ?? smallestFar(Math.max(...curves.map(({ curve }) => curve.genuine)));
  const bounds = { minFar, minFrr, maxRate };
  const [left, right, bottom] = [place(minFar), place(maxRate), place(minFrr)];
  const axis = (min: number) => {
    const rates = ticks(min, maxRate);
    const tickFormat = (at: number) => label(rates.find((rate) => Math.abs(place(rate) - at) < 1e-9) ?? 1);
    return { domain: [place(min), right], ticks: rates.map(place), tickFormat };
  };
  const lines = curves.map(({ curve }) => thin(placed(curve, place, bounds), left, right));
  const equal = Math.max(left, bottom);
  const legend = curves.map(({ name }, i) => ({ name, colour: seriesColour(i) }));
  return renderChart(options, legend, () => ({
    x: { ...axis(minFar), label: 'False accept rate (FAR)' },
    y: { ...axis(minFrr), label: 'False reject rate (FRR)' },
    marks: [
      Plot.gridX({ ticks: axis(minFar).ticks }),
      Plot.gridY({ ticks: axis(minFrr).ticks }),
      Plot.line([equal, right], {
        x: (v: number) => v,
        y: (v: number) => v,
        stroke: '#9aa5b1',
        strokeDasharray: '2,4',
      }),
      ...lines.map((line, i) => Plot.line(line, { x: 'x', y: 'y', stroke: seriesColour(i), strokeWidth: 2 })),
    ],
  }));
}

function* placed(
  { far, tar }: RocCurve,
  place: (rate: number) => number,
  { minFar, minFrr, maxRate }: { minFar: number; minFrr: number; maxRate: number },
): Generator<Point> {
  for (let k = 0; k < far.length; k++) {
    const accept = far[k] ?? 0;
    const reject = 1 - (tar[k] ?? 0);
    if (accept < minFar || reject < minFrr || accept > maxRate || reject > maxRate) continue;
    yield { x: place(accept), y: place(reject) };
  }
}
