import { escapeMarkup } from '../plots/markup.js';
import { FRAMES_SCRIPT, type Frame, framesHtml } from './frames.js';
import { STYLE } from './style.js';

/** A table; the first column is a row's name, numbers stand right-aligned. */
export interface ReportTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
  readonly caption?: string;
}

/** An SVG chart with the words under it. */
export interface ReportFigure {
  readonly svg: string;
  readonly caption?: string;
}

/** Charts of one moment, among others under a slider. */
export type ReportFrame = Frame<ReportFigure>;

/** An encoded JPEG, PNG or WebP picture, told apart by its first bytes. */
export interface ReportImage {
  readonly bytes: Uint8Array;
  /** A second picture, shown close to it: the other face of a pair. */
  readonly beside?: Uint8Array;
  readonly caption?: string;
}

/** A number that is to be seen first, and what it is. */
export interface ReportTile {
  readonly value: string;
  readonly label: string;
}

/** Parts of one section, shown in this order; all may be left out. Without a heading it goes on with the section before. */
export interface ReportSection {
  readonly heading?: string;
  /** Plain text; an array is one paragraph an entry. */
  readonly text?: string | readonly string[];
  readonly table?: ReportTable | readonly ReportTable[];
  readonly figure?: ReportFigure | string | readonly (ReportFigure | string)[];
  /** Figures two abreast where the page is wide enough; made for charts of about 540 pixels. */
  readonly beside?: readonly ReportFigure[];
  readonly images?: readonly ReportImage[];
  /** Shown one at a time under a slider, the last one first. */
  readonly frames?: readonly ReportFrame[];
}

export interface Report {
  readonly title: string;
  /** One paragraph that says what was found. */
  readonly lead?: string;
  /** A row of numbers under the title. */
  readonly tiles?: readonly ReportTile[];
  readonly sections: readonly ReportSection[];
  /** A quiet last line: machine, versions, date. */
  readonly footer?: string;
}

/**
 * One self-contained HTML page: nothing fetched, no script but the slider's where there are frames (a content security policy forbids
 * all else), all text escaped.
 * Charts are embedded as images, in which browsers run no script and whose styles stay their own.
 *
 * @throws Error when a table's row does not fit its columns, or a picture is of no known format
 */
export function htmlReport(report: Report): string {
  const title = escapeMarkup(report.title);
  const script = report.sections.some(({ frames }) => frames?.length) ? FRAMES_SCRIPT : undefined;
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:${script ? `; script-src '${script.hash}'` : ''}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${title}</title>`,
    `<style>${STYLE}</style>`,
    '</head>',
    '<body>',
    '<main>',
    `<header><h1>${title}</h1>${report.lead ? `<p class="lead">${escapeMarkup(report.lead)}</p>` : ''}</header>`,
    ...(report.tiles?.length ? [`<div class="tiles">${report.tiles.map(tileHtml).join('')}</div>`] : []),
    ...report.sections.map(sectionHtml),
    ...(report.footer ? [`<footer>${escapeMarkup(report.footer)}</footer>`] : []),
    '</main>',
    ...(script ? [`<script>${script.text}</script>`] : []),
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

function sectionHtml(section: ReportSection): string {
  return [
    section.heading === undefined ? '<section class="more">' : '<section>',
    ...(section.heading === undefined ? [] : [`<h2>${escapeMarkup(section.heading)}</h2>`]),
    ...list(section.text).map((paragraph) => `<p>${escapeMarkup(paragraph)}</p>`),
    ...list(section.table).map(tableHtml),
    ...list(section.figure).map((figure) => figureHtml(typeof figure === 'string' ? { svg: figure } : figure)),
    ...(section.beside?.length ? [`<div class="beside">${section.beside.map(figureHtml).join('')}</div>`] : []),
    ...(section.images?.length
      ? [
          `<div class="images${section.images.some(({ beside }) => beside) ? ' pairs' : ''}">${section.images.map(imageHtml).join('')}</div>`,
        ]
      : []),
    ...(section.frames?.length ? [framesHtml(section.frames, figureHtml)] : []),
    '</section>',
  ].join('\n');
}

function tableHtml({ columns, rows, caption }: ReportTable): string {
  for (const [index, row] of rows.entries()) {
    if (row.length !== columns.length)
      throw new Error(`Row ${index + 1} of the table has ${row.length} cells for ${columns.length} columns.`);
  }
  const numeric = columns.map((_, c) => rows.length > 0 && rows.every((row) => isNumeric(row[c])));
  const cell = (tag: 'th' | 'td', c: number, value: string | number) =>
    `<${tag}${numeric[c] ? ' class="number"' : ''}>${escapeMarkup(String(value))}</${tag}>`;
  return [
    '<div class="table"><table>',
    ...(caption ? [`<caption>${escapeMarkup(caption)}</caption>`] : []),
    // A table of names and values needs no head.
    ...(columns.some((name) => name !== '')
      ? [`<thead><tr>${columns.map((name, c) => cell('th', c, name)).join('')}</tr></thead>`]
      : []),
    `<tbody>${rows.map((row) => `<tr>${row.map((value, c) => cell('td', c, value)).join('')}</tr>`).join('\n')}</tbody>`,
    '</table></div>',
  ].join('\n');
}

/** Numbers, and strings that read as one: 99.5 %, 0.98 ± 0.01, 1e-3, –, 4.17 (few pairs). */
function isNumeric(value: string | number | undefined): boolean {
  return typeof value === 'number' || /^[\s\d.,:%±+−–()[\]e×-]+( ?[a-zµᵐ]{1,3}|\([a-z ]+\))?$/i.test(value ?? '');
}

function tileHtml({ value, label }: ReportTile): string {
  return `<div><strong>${escapeMarkup(value)}</strong><span>${escapeMarkup(label)}</span></div>`;
}

function figureHtml({ svg, caption }: ReportFigure): string {
  const name = /<title>([^<]*)<\/title>/.exec(svg)?.[1] ?? '';
  // The chart's own title is escaped already; quotes apart, so is everything that could end an attribute.
  const alt = name.replace(/["'<>]/g, '');
  return `<figure><img alt="${alt}" src="data:image/svg+xml;base64,${base64(new TextEncoder().encode(svg))}">${captionHtml(caption)}</figure>`;
}

function imageHtml({ bytes, beside, caption }: ReportImage): string {
  const picture = (encoded: Uint8Array, alt: string) =>
    `<img alt="${escapeMarkup(alt)}" src="data:${mediaType(encoded)};base64,${base64(encoded)}">`;
  return `<figure>${picture(bytes, caption ?? '')}${beside ? picture(beside, '') : ''}${captionHtml(caption)}</figure>`;
}

function captionHtml(caption: string | undefined): string {
  return caption ? `<figcaption>${escapeMarkup(caption)}</figcaption>` : '';
}

function mediaType(bytes: Uint8Array): string {
  const head = String.fromCharCode(...bytes.subarray(0, 12));
  if (head.startsWith('\xff\xd8\xff')) return 'image/jpeg';
  if (head.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png';
  if (head.startsWith('RIFF') && head.endsWith('WEBP')) return 'image/webp';
  throw new Error('A picture of the report is not JPEG, PNG or WebP. Give the encoded file, not pixels.');
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

function list<T>(value: T | readonly T[] | undefined): readonly T[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value as T];
}
