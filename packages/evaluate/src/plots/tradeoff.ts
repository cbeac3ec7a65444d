import * as Plot from '@observablehq/plot';
import { oneTwoFive } from './axes.js';
import { type ChartOptions, INK, renderChart, seriesColour } from './chart.js';
import { placeLabels } from './labels.js';

/** One model on the plane of cost and accuracy. */
export interface TradeoffPoint {
  readonly name: string;
  /** E.g. parameters; above 0. */
  readonly cost: number;
  /** E.g. accuracy in percent. */
  readonly quality: number;
  /** Colour by family; the first family of `families` is ours and stands out. */
  readonly family: string;
}

export interface TradeoffChartOptions extends ChartOptions {
  readonly points: readonly TradeoffPoint[];
  /** The family drawn large and named in bold. */
  readonly ours?: string;
  readonly costLabel: string;
  readonly qualityLabel: string;
}

const MARGIN = { left: 58, right: 18, top: 14, bottom: 46 };
const GREY = '#7b8794';

/**
 * Accuracy over cost on a logarithmic axis, each model named at its point: up and to the left is better. A dashed line joins those
 * that no other beats in both (the Pareto front).
 */
export function tradeoffChart(options: TradeoffChartOptions): string {
  const { points, ours, costLabel, qualityLabel } = options;
  const wrong = points.find(({ cost, quality }) => !(cost > 0 && Number.isFinite(cost) && Number.isFinite(quality)));
  if (wrong)
    throw new Error(
      `${wrong.name} has the cost ${wrong.cost} and the quality ${wrong.quality}; both must be finite, the cost above 0.`,
    );
  if (points.length === 0) throw new Error('A trade-off chart needs at least one model.');
  const { width = 880, height = 560 } = options;
  const costs = points.map(({ cost }) => cost);
  const qualities = points.map(({ quality }) => quality);
  const x: [number, number] = [Math.min(...costs) / 1.25, Math.max(...costs) * 1.6];
  const spread = Math.max(...qualities) - Math.min(...qualities) || 1;
  const y: [number, number] = [Math.min(...qualities) - 0.06 * spread, Math.max(...qualities) + 0.08 * spread];

  return renderChart({ ...options, width, height }, [], (room) => {
    const inner = { width: room.width - MARGIN.left - MARGIN.right, height: room.height - MARGIN.top - MARGIN.bottom };
    const across = (cost: number) => MARGIN.left + (Math.log(cost / x[0]) / Math.log(x[1] / x[0])) * inner.width;
    const down = (quality: number) => MARGIN.top + (1 - (quality - y[0]) / (y[1] - y[0])) * inner.height;
    const frame = {
      left: MARGIN.left,
      right: MARGIN.left + inner.width,
      top: MARGIN.top,
      bottom: MARGIN.top + inner.height,
    };
    // Ours are placed first, so that theirs make room.
    const ordered = [...points].sort((a, b) => Number(b.family === ours) - Number(a.family === ours));
    const labels = placeLabels(
      ordered.map(({ name, cost, quality, family }) => ({
        text: name,
        x: across(cost),
        y: down(quality),
        bold: family === ours,
      })),
      frame,
    );
    const placed = ordered.map((point, i) => ({ ...point, label: labels[i], isOurs: point.family === ours }));
    return {
      marginLeft: MARGIN.left,
      marginRight: MARGIN.right,
      marginTop: MARGIN.top,
      marginBottom: MARGIN.bottom,
      x: {
        type: 'log',
        domain: x,
        label: costLabel,
        ticks: oneTwoFive(...x),
        tickFormat: String,
      },
      y: { domain: y, label: qualityLabel },
      marks: [
        Plot.gridX({ ticks: oneTwoFive(...x), strokeOpacity: 0.06 }),
        Plot.gridY({ strokeOpacity: 0.08 }),
        Plot.line(paretoFront(points), {
          x: 'cost',
          y: 'quality',
          stroke: GREY,
          strokeDasharray: '3,4',
          curve: 'step-after',
          strokeOpacity: 0.7,
        }),
        Plot.dot(
          placed.filter(({ isOurs }) => !isOurs),
          { x: 'cost', y: 'quality', fill: GREY, r: 3.5 },
        ),
        Plot.dot(
          placed.filter(({ isOurs }) => isOurs),
          { x: 'cost', y: 'quality', fill: seriesColour(1), r: 6.5, stroke: '#ffffff', strokeWidth: 1.5 },
        ),
        ...placed.flatMap(({ cost, quality, name, isOurs, label }) =>
          label
            ? [
                Plot.text([name], {
                  x: () => cost,
                  y: () => quality,
                  text: (text: string) => text,
                  textAnchor: 'start',
                  lineAnchor: 'middle',
                  dx: label.x - across(cost),
                  dy: label.y - down(quality),
                  fontSize: isOurs ? 13 : 10.5,
                  fontWeight: isOurs ? 700 : 400,
                  fill: isOurs ? seriesColour(1) : INK,
                  stroke: '#ffffff',
                  strokeWidth: 3,
                }),
              ]
            : [],
        ),
      ],
    };
  });
}

/** The points that no other beats in both cost and quality, by cost. */
function paretoFront(points: readonly TradeoffPoint[]): TradeoffPoint[] {
  let best = -Infinity;
  return [...points]
    .sort((a, b) => a.cost - b.cost || b.quality - a.quality)
    .filter(({ quality }) => {
      if (quality <= best) return false;
      best = quality;
      return true;
    });
}
