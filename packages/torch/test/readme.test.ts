import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

test('the example of the README runs and learns', () => {
  const [, example = ''] = /```ts\n([\s\S]*?)```/.exec(readFileSync(here('../README.md'), 'utf8')) ?? [];
  const folder = here(`../build/readme-${process.pid}`); // inside the package, which it imports by name
  mkdirSync(folder, { recursive: true });
  try {
    writeFileSync(`${folder}/example.mjs`, example); // it uses no type annotations
    const { stdout, stderr } = spawnSync(process.execPath, [`${folder}/example.mjs`], { encoding: 'utf8' });
    expect(stdout + stderr).toBe('xor is learnt: true\n');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
