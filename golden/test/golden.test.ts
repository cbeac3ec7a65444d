import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { checkFixture, kinds, listFixtures, passes } from '@pocketnet/golden';
import { describe, expect, test } from 'vitest';

const data = process.env.POCKETNET_DATA;
const folder = data === undefined ? '' : join(data, 'golden');
const there = existsSync(join(folder, 'index.json'));

describe.skipIf(!there)('the numbers of the original code (POCKETNET_DATA)', () => {
  test.each([...kinds.keys()])('of the kind %s are ours', (kind) => {
    const results = listFixtures(folder)
      .filter((fixture) => fixture.kind === kind)
      .map(checkFixture);
    expect(results.length).toBeGreaterThan(0);
    for (const { checks, error } of results) {
      expect(error).toBeUndefined();
      expect(checks.length).toBeGreaterThan(0);
      expect(checks.filter((check) => !passes(check))).toEqual([]);
    }
  });
});
