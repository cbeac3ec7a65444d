import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

// As many test files run at a time as there are cores: engines with a thread for every core each would wait for each other, spinning. What
// several threads compute is tested where it may differ, by tests that set their number.
process.env.OMP_NUM_THREADS ??= '1';

// Forked processes, since a native addon and its threads must end with the file that used them.
// Tests import their package by name, hence its built files: what a user gets is what is tested.
export default defineConfig({
  test: {
    include: [
      'packages/*/test/**/*.test.ts',
      'apps/*/test/**/*.test.ts',
      'golden/test/**/*.test.ts',
      'testing/**/*.test.ts',
    ],
    pool: 'forks',
    maxWorkers: availableParallelism(),
    testTimeout: 120_000,
    hookTimeout: 240_000,
    // a slow machine is no failure
    expect: { poll: { timeout: 60_000 } },
  },
});
