import { describeResult } from './print.js';
import { checkFixture, type FixtureResult, listFixtures, tally } from './walk.js';

export interface Console {
  log(line: string): void;
  error(line: string): void;
}

/**
 * `npm run golden -- FOLDER`: checks every fixture of the folder and prints as it goes.
 * @returns the exit code: 0 when all checks passed, 1 when one failed or there was none, 2 on wrong usage
 */
export function command(args: readonly string[], console: Console): 0 | 1 | 2 {
  const [folder, ...rest] = args;
  if (folder === undefined || rest.length > 0) {
    console.error('Usage: npm run golden -- FOLDER   (a folder of fixtures with an index.json)');
    return 2;
  }
  const results: FixtureResult[] = [];
  try {
    for (const fixture of listFixtures(folder)) {
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
