import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const pages = ['README.md', 'golden/README.md', 'benchmarks/README.md', 'docs/runs/s128-arcface/README.md'];

test.each(pages)('%s links to what is there, and has no blank left to fill', (page) => {
  const text = readFileSync(join(root, page), 'utf8');
  const links = Array.from(text.matchAll(/\]\(([^)#]+)\)/g), ([, target]) => target ?? '');
  const local = links.filter((target) => !/^https?:/.test(target));
  expect(local.filter((target) => !existsSync(join(root, dirname(page), target)))).toEqual([]);
  expect(text.match(/@[A-Z_]+@/g)).toBeNull();
});
