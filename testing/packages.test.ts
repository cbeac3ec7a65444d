import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isPlan } from '@pocketnet/engine';
import { load, names } from '@pocketnet/models';
import { describe, expect, it } from 'vitest';
import { root } from './pages.js';

it('what apps install is whole, and works in a folder of its own', () => {
  const said = execFileSync(process.execPath, ['scripts/test-packages.mjs', '--short'], {
    cwd: root,
    encoding: 'utf8',
  });
  expect(said.trim().split('\n').at(-1), said).toMatch(/^9 passed, 0 failed$/);
});

describe('The models', () => {
  it.each(names)('%s has a plan, a module of its own and a card, and all of them are published', async (name) => {
    const plan = await load(name);
    expect(isPlan(plan)).toBe(true);
    const alone = (await import(/* @vite-ignore */ `@pocketnet/models/${name}`)) as { load(): Promise<Uint8Array> };
    expect(await alone.load()).toEqual(plan);
    expect(readFileSync(join(root, 'models', name, 'card.md'), 'utf8')).toMatch(/[Ll]icence/);
  });

  it('that do not exist are refused with the names of those that do', async () => {
    await expect(load('pocketnet-xl' as 'yunet')).rejects.toThrow(
      /no model pocketnet-xl; there are yunet, pocketnet-s-128/,
    );
  });
});
