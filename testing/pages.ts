import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's folder. */
export const root = fileURLToPath(new URL('..', import.meta.url));

/** Folders that hold nothing we wrote. */
const foreign = new Set(['node_modules', 'dist', 'build', 'runs', 'coverage', 'shared']);

/** Every Markdown file below a folder; `docs/runs` is ours, other folders of runs are not. */
function pagesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (!entry.isDirectory()) return entry.name.endsWith('.md') ? [path] : [];
    const isOurs = !entry.name.startsWith('.') && (!foreign.has(entry.name) || path === join(root, 'docs/runs'));
    return isOurs ? pagesIn(path) : [];
  });
}

/** Every Markdown file that we wrote, relative to the root. */
export const pages: readonly string[] = pagesIn(root).map((path) => relative(root, path));
