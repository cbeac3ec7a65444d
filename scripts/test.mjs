// Type-checks the tests, checks the style, runs the tests; names the slowest and those that failed, and the last line counts them.
//
//   node scripts/test.mjs [--no-checks] [FILTER...] [vitest options]
//
// --no-checks  leaves out types and style, which no other system finds anything else about
import { spawnSync } from 'node:child_process';
import { relative } from 'node:path';
import { parseCLI, startVitest } from 'vitest/node';
import { root } from './setup/root.mjs';

const checks = [
  { name: 'the type-check of the tests', command: ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.test.json'] },
  { name: 'the style check', command: ['node_modules/@biomejs/biome/bin/biome', 'check', '--max-diagnostics=20', '.'] },
];

process.chdir(root);
const args = process.argv.slice(2);
const { filter, options } = parseCLI(['vitest', 'run', ...args.filter((arg) => arg !== '--no-checks')]);

const failedChecks = (args.includes('--no-checks') ? [] : checks)
  .filter(({ command }) => !passes(command))
  .map(({ name }) => name);
const counts = await runTests(filter, options);
for (const name of failedChecks) console.log(`FAILED: ${name} (its output is above that of the tests)`);
for (const name of counts.names) console.log(`FAILED: ${name}`);

const passed = counts.passed;
const failed = counts.failed + failedChecks.length;
if (counts.passed + counts.failed === 0) console.log('No test ran.');
console.log(`${passed} passed, ${failed} failed${counts.skipped > 0 ? `, ${counts.skipped} skipped` : ''}`);
process.exit(failed > 0 || passed === 0 ? 1 : 0);

function passes([script, ...args]) {
  return spawnSync(process.execPath, [script, ...args], { stdio: 'inherit' }).status === 0;
}

/** @returns {Promise<{ passed: number, failed: number, skipped: number, names: string[] }>} `names`: what failed, and how. A file that cannot be run and a stray error each count as failed. */
async function runTests(filters, options) {
  const vitest = await startVitest('test', filters, { ...options, watch: false, passWithNoTests: true });
  const stray = vitest.state.getUnhandledErrors();
  const counts = {
    passed: 0,
    failed: stray.length,
    skipped: 0,
    names: stray.map((error) => `outside any test: ${firstLine(error)}`),
  };
  for (const file of vitest.state.getTestModules()) {
    const failures = [];
    for (const test of file.children.allTests()) {
      const { state, errors } = test.result();
      if (state === 'pending' || state === 'failed')
        failures.push(`${test.fullName}: ${firstLine(errors?.[0] ?? 'did not end')}`);
      else counts[state] += 1;
    }
    if (file.state() === 'failed' && failures.length === 0)
      failures.push(firstLine(file.errors()[0] ?? 'a hook failed'));
    counts.failed += failures.length;
    counts.names.push(...failures.map((each) => `${named(file)}: ${each}`));
  }
  printSlowest(vitest.state.getTestModules());
  await vitest.close();
  return counts;
}

function named(file) {
  return relative(root, file.moduleId);
}

function firstLine(error) {
  return String(error?.message ?? error)
    .split('\n')[0]
    .slice(0, 400);
}

/** Where the time goes: the ten slowest tests, and the ten slowest files, their set-up included. */
function printSlowest(files) {
  const tests = files.flatMap((file) => [...file.children.allTests()]);
  printTen(
    'tests',
    tests.map((test) => [test.diagnostic()?.duration ?? 0, `${named(test.module)}: ${test.fullName}`]),
  );
  printTen(
    'files',
    files.map((file) => [wholeDuration(file.diagnostic()), named(file)]),
  );
}

function wholeDuration({ duration, collectDuration, setupDuration, prepareDuration }) {
  return duration + collectDuration + setupDuration + prepareDuration;
}

function printTen(what, lines) {
  console.log(`The slowest ${what}:`);
  for (const [milliseconds, name] of lines.sort(([a], [b]) => b - a).slice(0, 10))
    console.log(`${(milliseconds / 1000).toFixed(1).padStart(7)} s  ${name}`);
}
