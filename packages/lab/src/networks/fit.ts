/** Anything that has a shape, by name. */
export type Shaped = ReadonlyMap<string, { readonly shape: readonly number[] }>;

/** How the entries of a file stand to those of a network. */
export interface Fit {
  /** What stands in the file before each of the network's names: `model.`, `module._orig_mod.`, nothing. */
  readonly prefix: string;
  /** Names of the network that the file lacks. */
  readonly missing: readonly string[];
  /** Names of the file, without the prefix, that belong to one of the network's parts, which has no such entry. */
  readonly unknown: readonly string[];
  /** Names of entries that both have, with the shapes. */
  readonly misshapen: readonly string[];
}

/** Batches that a norm has seen: PyTorch leaves them out of old files, and forgives that. */
const batchCounter = 'num_batches_tracked';

/** Entries that other tools leave in a module (thop counts operations), or that a norm without running statistics lacks. */
const counters: ReadonlySet<string> = new Set([batchCounter, 'total_ops', 'total_params']);

/**
 * Compares a file with a network under the prefix that most of the network's names have in it; the first of several in the file's order,
 * so that a network comes before its running average. Heads, optimisers and whatever else stands beside the network do not count.
 *
 * @param file the file's entries, in its order
 * @param own the network's state
 */
export function fit(file: Shaped, own: Shaped): Fit {
  const prefix = commonPrefix(file, own);
  const parts = new Set([...own.keys()].map(firstPart));
  const unknown = [...file.keys()].flatMap((name) => {
    const bare = name.slice(prefix.length);
    const isForgiven = own.has(bare) || counters.has(lastPart(bare)) || !parts.has(firstPart(bare));
    return name.startsWith(prefix) && !isForgiven ? [bare] : [];
  });
  const missing: string[] = [];
  const misshapen: string[] = [];
  for (const [name, { shape }] of own) {
    const given = file.get(prefix + name)?.shape;
    if (given === undefined) {
      if (lastPart(name) !== batchCounter) missing.push(name);
    } else if (!isSameShape(given, shape)) misshapen.push(`${name} [${given}] for [${shape}]`);
  }
  return { prefix, missing, unknown, misshapen };
}

/** Entries that are wrong; none: the weights fit. */
export const misfits = ({ missing, unknown, misshapen }: Fit): number =>
  missing.length + unknown.length + misshapen.length;

/** What is wrong, as a part of a sentence. */
export function describeMisfits({ prefix, missing, unknown, misshapen }: Fit): string {
  const complaints = [listed('missing', missing), listed('unknown', unknown), listed('of another shape', misshapen)];
  const under = prefix === '' ? '' : ` (under the prefix "${prefix}")`;
  return complaints.filter((text) => text !== '').join('; ') + under;
}

/** The text before the network's names that most of them have in the file. */
function commonPrefix(file: Shaped, own: Shaped): string {
  const votes = new Map<string, number>();
  for (const name of file.keys()) {
    for (let at = 0; at < name.length; at++) {
      if (own.has(name.slice(at))) votes.set(name.slice(0, at), (votes.get(name.slice(0, at)) ?? 0) + 1);
    }
  }
  let [best, most] = ['', 0];
  for (const [prefix, count] of votes) if (count > most) [best, most] = [prefix, count];
  return best;
}

/** PyTorch before 0.4 had no scalars and wrote them as vectors of one. */
const isSameShape = (given: readonly number[], own: readonly number[]): boolean =>
  given.join() === own.join() || (own.length === 0 && given.join() === '1');

const firstPart = (name: string): string => name.slice(0, `${name}.`.indexOf('.'));
const lastPart = (name: string): string => name.slice(name.lastIndexOf('.') + 1);

function listed(what: string, names: readonly string[]): string {
  if (names.length === 0) return '';
  return `${names.length} ${what} (${names.slice(0, 3).join(', ')}${names.length > 3 ? ', …' : ''})`;
}
