import { printable } from '../printable.js';
import type { CommonOptions } from './verb.js';

/**
 * Prints the result of a verb on stdout: one JSON object with `--json`, otherwise text. A verb calls it once, at its end; messages
 * before that go to stderr through `note`.
 */
export function printResult(options: CommonOptions, value: object, text: () => string): void {
  process.stdout.write(`${printable(options.json ? toJson(value) : text())}\n`);
}

/** A message for people, on stderr. */
export function note(text: string): void {
  process.stderr.write(`${printable(text)}\n`);
}

/** How many messages of one kind are printed; `--json` holds them all. */
const MOST_SAID = 20;

/** Messages for people; of many, the first 20. */
export function noteSome(sentences: readonly string[]): void {
  for (const sentence of sentences.slice(0, MOST_SAID)) note(sentence);
  if (sentences.length > MOST_SAID) note(`… and ${grouped(sentences.length - MOST_SAID)} more.`);
}

/** JSON on one line; NaN and infinities become null. */
export const toJson = (value: object): string => JSON.stringify(value);

export interface Column<Row> {
  title: string;
  value(row: Row): string;
  /** Align to the right, as numbers are. */
  right?: boolean;
}

/** A text table: titles, then rows; each column is as wide as its widest cell. */
export function table<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const cells = [
    columns.map(({ title }) => title),
    ...rows.map((row) => columns.map((column) => oneLine(column.value(row)))),
  ];
  const widths = columns.map((_, i) => cells.reduce((widest, line) => Math.max(widest, line[i]?.length ?? 0), 0));
  const pad = (cell: string, i: number): string =>
    columns[i]?.right ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0);
  return cells.map((line) => line.map(pad).join('  ').trimEnd()).join('\n');
}

const oneLine = (cell: string): string => cell.replaceAll('\n', ' ');

/** `name  value` lines. */
export function facts(lines: readonly (readonly [name: string, value: string])[]): string {
  const width = Math.max(...lines.map(([name]) => name.length));
  return lines.map(([name, value]) => `${name.padEnd(width)}  ${value}`.trimEnd()).join('\n');
}

/** 0.98765 as `98.77`. */
export const percent = (fraction: number): string => (100 * fraction).toFixed(2);

/** A difference of fractions in percentage points, with its sign: 0.0123 as `+1.23`. */
export const signed = (fraction: number): string => `${fraction < 0 ? '−' : '+'}${percent(Math.abs(fraction))}`;

/** 1234567 as `1,234,567`. */
export const grouped = (value: number): string => value.toLocaleString('en-US');
