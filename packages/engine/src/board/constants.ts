/** Numbers as C99 writes them. */

/** A float, to the bit; what is no finite number as an expression that makes it. */
export function floatLiteral(value: number): string {
  if (Number.isNaN(value)) return '(0.0f / 0.0f)';
  if (!Number.isFinite(value)) return value < 0 ? '(-1.0f / 0.0f)' : '(1.0f / 0.0f)';
  const text = Object.is(value, -0) ? '-0' : String(shortest(value));
  return `${/[.e]/.test(text) ? text : `${text}.0`}f`;
}

/** The number with the fewest digits that a float rounds to. */
function shortest(value: number): number {
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return Number(value.toPrecision(9));
}

const LINE = 140;

/** Numbers, some to a line, so that no line is longer than 140 characters. */
export function wrapped(numbers: Iterable<string>): string {
  const lines: string[] = [];
  let line = ' ';
  for (const number of numbers) {
    if (line.length + number.length + 2 > LINE) {
      lines.push(line);
      line = ' ';
    }
    line += ` ${number},`;
  }
  return [...lines, line].join('\n');
}

/** An array with its initialiser. */
export const array = (declaration: string, elements: readonly string[]): string =>
  `${declaration} = {\n${wrapped(elements)}\n};`;

/** A table: a record to a line. An empty one has one, since C99 knows none without. */
export const table = (declaration: string, records: readonly string[]): string =>
  `${declaration}[] = {\n${(records.length > 0 ? records : ['{0}']).map((record) => `  ${record},`).join('\n')}\n};`;
