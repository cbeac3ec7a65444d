import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Owner } from '@pocketnet/files/node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

describe('the owner of a file', () => {
  const home = process.cwd();
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'pocketnet-owner-'));
  });
  afterEach(() => {
    process.chdir(home);
    rmSync(folder, { recursive: true });
  });

  it.each([10, 150])('is one, from whatever folder the file is named, its path %i longer', async (length) => {
    const deep = join(folder, ...Array.from({ length: length / 10 }, () => 'a'.repeat(9)));
    mkdirSync(deep, { recursive: true });
    const path = join(deep, 'gallery.log');
    const places: [string, string][] = [
      [deep, 'gallery.log'],
      ['/', path],
      [join(deep, '..'), path],
    ];
    for (const [from, name] of places) {
      process.chdir(from);
      const owner = await Owner.claim(name, 'gallery');
      for (const [other, again] of places) {
        process.chdir(other);
        await expect(Owner.claim(again, 'gallery'), `${from}, ${other}`).rejects.toThrow(
          'this process has this gallery',
        );
      }
      await owner.release();
    }
  });
});
