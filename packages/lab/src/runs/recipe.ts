/** What a run's numbers follow from, by key; keys may nest. */
export type Recipe = Readonly<Record<string, unknown>>;

/**
 * What differs between two recipes, such as `lr was 0.1 and is 0.05`. A key that only one of them has is a difference too: what was left
 * out since may have shaped the run.
 */
export function recipeDifferences(before: Recipe, now: Recipe): string[] {
  const [old, own] = [flat(before), flat(now)];
  return [...new Set([...old.keys(), ...own.keys()])].flatMap((key) => {
    const [was, is] = [old.get(key) ?? 'none', own.get(key) ?? 'none'];
    return was === is ? [] : [`${key} was ${was} and is ${is}`];
  });
}

/** @param what a folder is refused to be resumed as, such as `search` @throws an Error that says in what it differs */
export function refuseOther(folder: string, what: string, before: Recipe, now: Recipe): void {
  const different = recipeDifferences(before, now);
  if (different.length === 0) return;
  throw new Error(
    `${folder} cannot be resumed as another ${what}: ${different.join('; ')}. Start a new folder for it.`,
  );
}

/** Every value as JSON, by its path. */
function flat(recipe: Recipe, prefix = ''): Map<string, string> {
  return new Map(
    Object.entries(recipe).flatMap(([key, value]): [string, string][] => {
      if (value === undefined) return [];
      const isMapping = typeof value === 'object' && value !== null && !Array.isArray(value);
      return isMapping ? [...flat(value as Recipe, `${prefix}${key}.`)] : [[prefix + key, JSON.stringify(value)]];
    }),
  );
}
