import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { escapeMarkup } from './markup.js';

/** Words around a chart, and its size in CSS pixels. */
export interface ChartOptions {
  readonly title: string;
  /** One quiet line under the title: the data, the number of pairs. */
  readonly subtitle?: string;
  readonly width?: number;
  readonly height?: number;
}

/** One entry of the legend. */
export interface LegendEntry {
  readonly name: string;
  readonly colour: string;
}

/** Okabe & Ito's palette (2008), told apart by colour-blind readers too; yellow comes last, being faint on white. */
const PALETTE = ['#0072B2', '#D55E00', '#009E73', '#CC79A7', '#56B4E9', '#E69F00', '#4D4D4D', '#B8A800'];

/** The colour of the index-th series; colours repeat after eight. */
export function seriesColour(index: number): string {
  return PALETTE[index % PALETTE.length] ?? '#000000';
}

export const INK = '#1f2933';
const QUIET = '#616e7c';
const FONT = "system-ui, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif";
const AXIS = { labelAnchor: 'center', labelArrow: 'none' } as const;
const MARGIN = 20;
const ROW = 22;

/** What a chart lays out with Observable Plot, once `renderChart` has said how much room there is. */
export type PlotBody = (room: { width: number; height: number }) => Plot.PlotOptions;

/**
 * A chart as one SVG document that stands alone: white background, generic fonts, no script, no reference to anything
 * outside. Title, subtitle and legend are set here, alike for all charts; the body comes from Observable Plot.
 */
export function renderChart(options: ChartOptions, legend: readonly LegendEntry[], body: PlotBody): string {
  const { title, subtitle, width = 720, height = 480 } = options;
  for (const [name, value] of Object.entries({ width, height }))
    if (!(value >= 200 && value <= 10_000))
      throw new Error(`The chart's ${name} is ${value}; give 200 to 10,000 pixels.`);

  const rows = legendRows(legend, width - 2 * MARGIN);
  let y = MARGIN + 14;
  const head = [text(MARGIN, y, title, `font-size="17" font-weight="600" fill="${INK}"`)];
  if (subtitle !== undefined) {
    y += ROW - 1;
    head.push(text(MARGIN, y, subtitle, `font-size="12.5" fill="${QUIET}"`));
  }
  if (rows.length > 0) y += 5;
  for (const row of rows) {
    y += ROW;
    for (const { entry, x } of row) {
      head.push(
        `<rect x="${MARGIN + x}" y="${y - 7}" width="18" height="4" rx="2" fill="${entry.colour}"/>`,
        text(MARGIN + x + 25, y, entry.name, `font-size="12.5" fill="${INK}"`),
      );
    }
  }
  const top = y + 8;
  const room = { width: width - MARGIN - 4, height: Math.max(120, height - top - 6) };
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" ` +
    `role="img" aria-label="${escapeMarkup(title)}" font-family="${FONT}">` +
    `<title>${escapeMarkup(title)}</title><rect width="${width}" height="${height}" fill="#ffffff"/>` +
    `${head.join('')}<g transform="translate(10,${top})" color="${INK}">${plotMarkup(body(room), room)}</g></svg>\n`
  );
}

function plotMarkup(options: Plot.PlotOptions, room: { width: number; height: number }): string {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const svg = Plot.plot({
    marginLeft: 66,
    marginBottom: 46,
    marginTop: 14,
    marginRight: 18,
    style: { fontSize: '12px', overflow: 'visible', background: 'none' },
    ...room,
    ...options,
    x: { ...AXIS, ...options.x },
    y: { ...AXIS, ...options.y },
    className: 'plot',
    document,
  });
  // Plot's style sheet serves live pages; an image needs neither it nor its variable.
  return svg.outerHTML.replace(/<style>[\s\S]*?<\/style>/, '').replaceAll('var(--plot-background)', '#ffffff');
}

function text(x: number, y: number, content: string, attributes: string): string {
  return `<text x="${x}" y="${y}" ${attributes}>${escapeMarkup(content)}</text>`;
}

/** Lays legend entries out in rows by an estimate of their widths (a sans glyph is about 0.55 em wide). */
function legendRows(legend: readonly LegendEntry[], width: number) {
  const rows: { entry: LegendEntry; x: number }[][] = [];
  let x = width;
  for (const entry of legend) {
    const span = 25 + entry.name.length * 6.9 + 22;
    if (x + span > width && x > 0) {
      rows.push([]);
      x = 0;
    }
    rows.at(-1)?.push({ entry, x });
    x += span;
  }
  return rows;
}
