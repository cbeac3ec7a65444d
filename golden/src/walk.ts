import { join } from 'node:path';
import { type Device, scope } from '@pocketnet/torch';
import { type Check, Findings, type Gap, passes } from './check.js';
import { Fixture, readJson } from './fixture.js';
import { kinds } from './registry.js';

/** What was found out about one fixture. */
export interface FixtureResult {
  readonly kind: string;
  readonly name: string;
  readonly checks: readonly Check[];
  readonly gaps: readonly Gap[];
  /** Why the fixture could not be checked to its end; it then counts as one failure. */
  readonly error?: string;
}

/** The fixtures of a folder in the order of its `index.json`, to be checked on a device. */
export function listFixtures(folder: string, device: Device = 'cpu'): Fixture[] {
  const index = readJson(join(folder, 'index.json'));
  return index
    .get('fixtures')
    .items()
    .map((entry) => new Fixture(folder, entry, device));
}

/** Checks one fixture; what goes wrong on the way is a part of the result. */
export function checkFixture(fixture: Fixture): FixtureResult {
  const { kind, name } = fixture;
  const findings = new Findings();
  const check = kinds.get(kind);
  let error: string | undefined;
  if (!check) findings.notCovered(name, 'this kind of fixture is not built yet');
  else {
    try {
      scope(() => check(fixture, findings));
      if (findings.checks.length + findings.gaps.length === 0)
        error = 'The fixture holds nothing that can be compared.';
    } catch (cause) {
      error = cause instanceof Error ? cause.message : String(cause);
    }
  }
  return { kind, name, checks: findings.checks, gaps: findings.gaps, ...(error === undefined ? {} : { error }) };
}

/** How many checks passed and failed. */
export function tally(results: Iterable<FixtureResult>): { passed: number; failed: number } {
  const total = { passed: 0, failed: 0 };
  for (const { checks, error } of results) {
    for (const check of checks) total[passes(check) ? 'passed' : 'failed']++;
    if (error !== undefined) total.failed++;
  }
  return total;
}
