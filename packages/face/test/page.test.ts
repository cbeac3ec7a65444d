import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

/** What a module imports before it runs, and what that imports in turn: files of this package, and the names of others. */
function importsOf(file: string, seen = new Set<string>()): Set<string> {
  seen.add(file);
  for (const [, from = ''] of readFileSync(file, 'utf8').matchAll(/^(?:import|export)\b[^;]*?\bfrom '([^']+)';/gm))
    if (!from.startsWith('.')) seen.add(from);
    else if (!seen.has(join(dirname(file), from))) importsOf(join(dirname(file), from), seen);
  return seen;
}

const built = (file: string): string => fileURLToPath(new URL(`../dist/${file}`, import.meta.url));

it('a page that computes in a worker does not load the engine: whatever its bundler, it stands behind an import() alone', () => {
  const page = importsOf(built('index.js'));
  expect(page).toContain(built('open.js'));
  expect(page).not.toContain('@pocketnet/engine');
  expect(importsOf(built('pipeline/here.js'))).toContain('@pocketnet/engine');
});
