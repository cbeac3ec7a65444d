import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { writeFileAtomic } from '@pocketnet/files/node';

/** Outcomes are kept here, a file for each processor, addon and environment: in XDG_CACHE_HOME, else in ~/.cache. */
export function cacheFolder(environment: Readonly<Record<string, string | undefined>>): string {
  return join(environment.XDG_CACHE_HOME || join(homedir(), '.cache'), 'pocketnet', 'self-test');
}

/** Size and time of every file that the outcome depends on. */
type Files = Record<string, string>;

const identityOf = (path: string): string => {
  const found = statSync(path, { throwIfNoEntry: false });
  return found ? `${found.size} ${found.mtimeMs}` : 'missing';
};

export const nameOf = (parts: readonly string[]): string =>
  `${createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 24)}.json`;

/** What was kept under a name, if all the files that it depends on are still the same. */
export function recall<T>(folder: string, name: string): T | undefined {
  try {
    const { files, kept } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as { files: Files; kept: T };
    return Object.entries(files).every(([path, identity]) => identityOf(path) === identity) ? kept : undefined;
  } catch {
    return undefined; // none, or damaged: it is found out anew
  }
}

/** A folder that cannot be written costs only time: the next start finds out anew. */
export function remember(folder: string, name: string, kept: unknown, paths: readonly string[]): void {
  const files: Files = Object.fromEntries(paths.map((path) => [path, identityOf(path)]));
  try {
    mkdirSync(folder, { recursive: true });
    writeFileAtomic(join(folder, name), JSON.stringify({ files, kept }));
  } catch {}
}
