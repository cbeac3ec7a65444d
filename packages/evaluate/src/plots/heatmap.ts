import * as Plot from '@observablehq/plot';
import { type ChartOptions, renderChart } from './chart.js';

export interface HeatMapOptions extends ChartOptions {
  /** What the columns are, such as `epoch`, and the number that each stands for. */
  readonly x: string;
  readonly columns: readonly number[];
  /** The rows' names, unlike each other, from above. */
  readonly rows: readonly string[];
  /** Side by side with common rows, columns and colours. */
  readonly panels: readonly { readonly name: string; readonly values: readonly (readonly number[])[] }[];
  /** The value of the darkest colour, unless said the largest; 0 is white. */
  readonly most?: number;
}

/** As many columns as a panel can show; of more, equally spaced ones, the last among them. */
const SHOWN = 40;

/** Values over two directions as darkness, such as the shares of operations on edges over time. Values that are not finite stay grey. */
export function heatMap(options: HeatMapOptions): string {
  const { x, rows, panels } = options;
  if (rows.length === 0 || options.columns.length === 0 || panels.length === 0)
    throw new Error('A heat map needs at least one row, one column and one panel.');
  for (const { name, values } of panels) {
    if (values.length !== rows.length || values.some((row) => row.length !== options.columns.length))
      throw new Error(`Panel "${name}" should be ${rows.length} rows of ${options.columns.length} values.`);
  }
  const shown = spread(options.columns.length, SHOWN);
  const cells = panels.flatMap(({ name, values }) =>
    rows.flatMap((row, r) =>
      shown.map((c) => ({ panel: name, row, column: options.columns[c], value: values[r]?.[c] ?? Number.NaN })),
    ),
  );
  const { most = Math.max(...cells.map(({ value }) => value).filter(Number.isFinite), Number.MIN_VALUE) } = options;
  const columns = shown.map((c) => options.columns[c] as number);
  return renderChart(options, [], () => ({
    marginLeft: 84,
    marginTop: 30,
    padding: 0,
    fx: { domain: panels.map(({ name }) => name), label: null, axis: 'top', padding: 0.06 },
    x: { type: 'band', domain: columns, label: x, ticks: spread(columns.length, 3).map((c) => columns[c] as number) },
    y: { domain: [...rows], label: null, tickSize: 0 },
    color: { type: 'linear', scheme: 'blues', domain: [0, most], range: [0, 1], clamp: true, unknown: '#c9ced4' },
    marks: [
      Plot.cell(cells, { fx: 'panel', x: 'column', y: 'row', fill: 'value' }),
      Plot.frame({ stroke: '#c9ced4', strokeWidth: 0.6 }),
    ],
  }));
}

/** At most `most` of the numbers 0 … count − 1, equally spaced, the last one always. */
function spread(count: number, most: number): number[] {
  if (count <= most) return Array.from({ length: count }, (_, i) => i);
  return Array.from({ length: most }, (_, i) => Math.round((i * (count - 1)) / (most - 1)));
}
