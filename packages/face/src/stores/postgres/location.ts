import type { Store } from '../store.js';
import { addressOf } from './address.js';
import { openPostgresStore, type PostgresOptions } from './postgres-store.js';

const OWN = ['gallery', 'search', 'erase', 'replica'] as const;

/** Opens what an address names; what is said of the gallery stands in its query, beside what libpq knows. */
export function openPostgresLocation(location: string): Promise<Store> {
  const url = addressOf(location);
  const options: Record<string, string> = {};
  for (const name of OWN) {
    const value = url.searchParams.get(name);
    if (value !== null) options[name] = value;
    url.searchParams.delete(name);
  }
  return openPostgresStore(url.href, checked(options));
}

function checked(options: Record<string, string>): PostgresOptions {
  const { search = 'memory', erase = 'rewrite' } = options;
  for (const [name, value, known] of [
    ['search', search, ['memory', 'exact', 'hnsw']],
    ['erase', erase, ['rewrite', 'vacuum']],
  ] as const)
    if (!(known as readonly string[]).includes(value))
      throw new RangeError(`${name}=${value}; known are ${known.join(', ')}.`);
  return options as PostgresOptions; // checked above
}
