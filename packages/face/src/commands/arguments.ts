import { InvalidArgumentError } from 'commander';

/** Parsers of option values. A value they refuse is wrong usage: exit code 2. */

/** A whole number of at least `min`. */
export const wholeNumber =
  (min: number, max = Number.MAX_SAFE_INTEGER) =>
  (text: string): number => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    throw new InvalidArgumentError(
      `It must be a whole number ${max < Number.MAX_SAFE_INTEGER ? `from ${min} to ${max}` : `of at least ${min}`}.`,
    );
  };

/** A number from `min` to `max`. */
export const numberBetween =
  (min: number, max: number) =>
  (text: string): number => {
    const value = text.trim() === '' ? Number.NaN : Number(text);
    if (value >= min && value <= max) return value;
    throw new InvalidArgumentError(`It must be a number from ${min} to ${max}.`);
  };

/** Numbers separated by commas, each from `min` to `max`. */
export const numbersBetween =
  (min: number, max: number) =>
  (text: string): [number, ...number[]] => {
    const [first = '', ...others] = text.split(',');
    const parse = numberBetween(min, max);
    return [parse(first), ...others.map(parse)];
  };

/** `a.b=c`; the option may be repeated. */
export function override(text: string, before: readonly string[] = []): readonly string[] {
  if (!/^[^=\s]+=/.test(text)) throw new InvalidArgumentError('It must have the form key=value or key.inner=value.');
  return [...before, text];
}

/** A file name with one of the extensions. */
export const fileEnding =
  (...extensions: readonly string[]) =>
  (path: string): string => {
    if (extensions.some((extension) => path.toLowerCase().endsWith(extension))) return path;
    throw new InvalidArgumentError(`It must end in ${extensions.join(' or ')}.`);
  };
