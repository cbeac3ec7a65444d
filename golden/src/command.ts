import { parseArgs } from 'node:util';
import { allowTf32, type Device, requireDevice } from '@pocketnet/torch';
import { passes } from './check.js';
import { checkFixture, type FixtureResult, listFixtures, tally } from './walk.js';

export interface Console {
  log(line: string): void;
  error(line: string): void;
}

/**
 * `npm run golden -- FOLDER [--device cuda]`: checks every fixture of the folder and prints as it goes. The device's products are
 * whole float32 ones, not TF32's.
 * @returns the exit code: 0 when all checks passed, 1 when one failed or there was none, 2 on wrong usage
 */
export function command(args: readonly string[], console: Console): 0 | 1 | 2 {
  const wanted = read(args);
  if (!wanted) {
    console.error('Usage: npm run golden -- FOLDER [--device cuda]   (a folder of fixtures with an index.json)');
    return 2;
  }
  const { folder, device } = wanted;
  allowTf32(false);
  const results: FixtureResult[] = [];
  try {
    requireDevice(device);
    for (const fixture of listFixtures(folder, device)) {
      const result = checkFixture(fixture);
      results.push(result);
      console.log(`${describeResult(result)}\n`);
    }
  } catch (error) {
    console.error(`golden: ${error instanceof Error ? error.message : error}`);
    return 1;
  }
  const { passed, failed } = tally(results);
  console.log(`${passed} passed, ${failed} failed`);
  return failed > 0 || passed === 0 ? 1 : 0;
}

function read(args: readonly string[]): { folder: string; device: Device } | undefined {
  try {
    const options = { device: { type: 'string', default: 'cpu' } } as const;
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    const [folder, ...rest] = positionals;
    return folder === undefined || rest.length > 0 ? undefined : { folder, device: values.device };
  } catch {
    return undefined; // an option that is not known
  }
}

/** A fixture's checks as lines of text, each with its largest error beside its tolerance. */
function describeResult({ kind, name, checks, gaps, error }: FixtureResult): string {
  const width = Math.max(...checks.map((check) => check.name.length));
  const lines = checks.map((check) => {
    const numbers = `${figure(check.error).padStart(8)} of ${figure(check.tolerance)}`;
    const line = `  ${passes(check) ? 'ok  ' : 'FAIL'}  ${check.name.padEnd(width)} ${numbers}`;
    return check.detail === undefined ? line : `${line}  (${check.detail})`;
  });
  const missing = gaps.map((gap) => `  not covered  ${gap.name}: ${gap.why}`);
  const failure = error === undefined ? [] : [`  FAIL  ${error}`];
  return [`${kind} ${name}`, ...lines, ...failure, ...missing].join('\n');
}

function figure(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e6) return String(value);
  return value.toExponential(1);
}
