/** A YAML mapping as a plain object. */
export type Mapping = Record<string, unknown>;

export function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Lays one configuration over another: mappings merge key by key, all else replaces. Two exceptions: a mapping whose
 * `kind` changes replaces as a whole, since the keys of the old kind do not belong to the new one; and a mapping of
 * indices (`{0: {folds: 5}}`, from `--set data.val.0.folds=5`) changes elements of a list.
 */
export function mergeConfig(base: unknown, over: unknown): unknown {
  if (Array.isArray(base) && isMapping(over)) return mergeElements(base, over);
  if (!isMapping(base) || !isMapping(over)) return over;
  if ('kind' in over && 'kind' in base && over.kind !== base.kind) return over;
  const merged = new Map(Object.entries(base));
  for (const [key, value] of Object.entries(over)) {
    merged.set(key, merged.has(key) ? mergeConfig(merged.get(key), value) : value);
  }
  return Object.fromEntries(merged);
}

function mergeElements(base: readonly unknown[], over: Mapping): unknown {
  const elements = [...base];
  for (const [key, value] of Object.entries(over)) {
    const index = Number(key);
    if (!/^\d+$/.test(key) || index > elements.length) return over;
    elements[index] = index < base.length ? mergeConfig(base[index], value) : value;
  }
  return elements;
}
