import { createHash } from 'node:crypto';

/** What a run's numbers follow from, by key; keys may nest. */
export type Recipe = Readonly<Record<string, unknown>>;

/** A recipe without some keys, given by their paths, such as `data.workers`. */
export function without(recipe: Recipe, paths: readonly string[]): Recipe {
  return Object.fromEntries(
    Object.entries(recipe).flatMap(([key, value]): [string, unknown][] => {
      if (value === undefined || paths.includes(key)) return [];
      const inner = paths.flatMap((path) => (path.startsWith(`${key}.`) ? [path.slice(key.length + 1)] : []));
      return [[key, isMapping(value) ? without(value, inner) : value]];
    }),
  );
}

/** The first 16 hexadecimal digits of the SHA-256 of a recipe, whatever the order of its keys. */
export function recipeDigest(recipe: Recipe): string {
  const lines = [...flat(recipe)].map(([key, value]) => `${key}: ${value}\n`).sort();
  return createHash('sha256').update(lines.join('')).digest('hex').slice(0, 16);
}

/**
 * What differs between two recipes, such as `lr was 0.1 and is 0.05`, by key. A key that only one of them has is a difference too: what was
 * left out since may have shaped the run.
 */
export function recipeDifferences(before: Recipe, now: Recipe): Map<string, string> {
  const [old, own] = [flat(before), flat(now)];
  return new Map(
    [...new Set([...old.keys(), ...own.keys()])].flatMap((key): [string, string][] => {
      const [was, is] = [old.get(key) ?? 'none', own.get(key) ?? 'none'];
      return was === is ? [] : [[key, `${key} was ${was} and is ${is}`]];
    }),
  );
}

/**
 * @param what a folder is refused to be resumed as, such as `search`
 * @param changeable keys that may be changed if that is asked for by name, each with all within it
 * @param change those that it is asked for
 * @returns the differences, all asked for
 * @throws an Error that names every other difference, and what to do
 */
export function refuseOther(
  folder: string,
  what: string,
  before: Recipe,
  now: Recipe,
  changeable: readonly string[] = [],
  change: readonly string[] = [],
): string[] {
  const isWithin = (key: string, keys: readonly string[]): boolean =>
    keys.some((each) => key === each || key.startsWith(`${each}.`));
  const odd = change.find((key) => !isWithin(key, changeable));
  if (odd !== undefined) {
    const instead = changeable.length > 0 ? `, only ${changeable.join(', ')}` : '';
    throw new Error(`"${odd}" cannot be changed in a ${what} under way${instead}.`);
  }
  const differences = recipeDifferences(before, now);
  const unasked = [...differences.keys()].filter((key) => !isWithin(key, change));
  if (unasked.length === 0) return [...differences.values()];
  const list = unasked.map((key) => differences.get(key)).join('; ');
  const flags = changeable.flatMap((key) => (unasked.some((each) => isWithin(each, [key])) ? [`--change ${key}`] : []));
  const instead = unasked.every((key) => isWithin(key, changeable)) ? `, or go on with it: ${flags.join(' ')}` : '';
  throw new Error(`${folder} cannot be resumed as another ${what}: ${list}. Start a new folder for it${instead}.`);
}

const isMapping = (value: unknown): value is Recipe =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Every value as JSON, by its path. */
function flat(recipe: Recipe, prefix = ''): Map<string, string> {
  return new Map(
    Object.entries(recipe).flatMap(([key, value]): [string, string][] => {
      if (value === undefined) return [];
      return isMapping(value) ? [...flat(value, `${prefix}${key}.`)] : [[prefix + key, JSON.stringify(value)]];
    }),
  );
}
