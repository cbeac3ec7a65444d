import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createLoader, Registry } from '@pocketnet/data';
import { afterAll, describe, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'data-registry-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('a registry', () => {
  const one = { name: 'one' };

  it('keeps its siblings in order and by name, and takes others behind them', () => {
    const registry = new Registry<{ name: string }>('number', [one]);
    const two = { name: 'two' };
    registry.add(two);
    expect([...registry]).toEqual([one, two]);
    expect(registry.names).toEqual(['one', 'two']);
    expect(registry.get('two')).toBe(two);
    expect(registry.get('three')).toBeUndefined();
    expect(registry.has('three')).toBe(false);
  });

  it('refuses a name that is taken', () => {
    const message = /There is a second number named one: give yours another name/;
    expect(() => new Registry('number', [one, { name: 'one' }])).toThrow(message);
  });
});

it('what a module from outside adds is known in worker threads too', async () => {
  const path = join(folder, 'night.mjs');
  const data = pathToFileURL(createRequire(import.meta.url).resolve('@pocketnet/data')).href;
  writeFileSync(
    path,
    `import { augmentations } from ${JSON.stringify(data)};
     augmentations.add({
       name: 'night',
       about: 'black',
       parameters: {},
       draw: () => undefined,
       apply: ({ width, height, data }) => ({ width, height, data: data.map(() => 0) }),
     }, import.meta.url);`,
  );
  await import(pathToFileURL(path).href);
  for (const workers of [0, 2]) {
    const loader = createLoader('generated:identities=2,images=2,seed=1,size=16', {
      ...{ batch: 4, size: 16, workers, augment: [{ name: 'night' }] },
    });
    for await (const { images, release } of loader.epoch(0)) {
      expect(new Set(images)).toEqual(new Set([-1]));
      release();
    }
    await loader.close();
  }
});
