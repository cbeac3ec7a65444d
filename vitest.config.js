import { defineConfig } from 'vitest/config';

// Forked processes, since a native addon and its threads must end with the file that used them.
// Tests import their package by name, hence its built files: what a user gets is what is tested.
export default defineConfig({
  test: {
    include: ['packages/*/test/**/*.test.ts', 'golden/test/**/*.test.ts'],
    pool: 'forks',
    testTimeout: 120_000,
    hookTimeout: 240_000,
  },
});
