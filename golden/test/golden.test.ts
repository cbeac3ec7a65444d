import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkFixture, kinds, listFixtures, passes } from '@pocketnet/golden';
import { describe, expect, test } from 'vitest';

const data = process.env.POCKETNET_DATA;
const folder = data === undefined ? '' : join(data, 'golden');
const there = existsSync(join(folder, 'index.json'));

// Whole search steps take a minute on a busy machine.
describe.skipIf(!there)('the numbers of the original code (POCKETNET_DATA)', { timeout: 600_000 }, () => {
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

  test('of a training step agree in float64, with a tolerance that float32 cannot always keep', () => {
    const strict = mkdtempSync(join(tmpdir(), 'pocketnet-golden-'));
    try {
      for (const name of readdirSync(folder)) {
        if (name !== 'index.json') copyFileSync(join(folder, name), join(strict, name));
      }
      const index = JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8'));
      const fixtures = index.fixtures.filter((fixture: { kind: string }) => fixture.kind === 'trainstep');
      expect(fixtures.length).toBeGreaterThan(0);
      for (const fixture of fixtures) fixture.tolerance.updateRelL2 = { 'lr_0.1': 2e-5, lr_formula: 4e-4 };
      writeFileSync(join(strict, 'index.json'), JSON.stringify({ fixtures }));
      for (const { checks, error } of listFixtures(strict).map(checkFixture)) {
        expect(error).toBeUndefined();
        expect(checks.length).toBeGreaterThan(0);
        expect(checks.filter((check) => !passes(check))).toEqual([]);
      }
    } finally {
      rmSync(strict, { recursive: true });
    }
  });
});
