import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { programOf, runProgram } from 'pocketnet/commands';
import { tasks } from './verb.js';
import { verbs } from './verbs/index.js';

/**
 * The `pocketnet` command.
 *
 * @param argv as `process.argv`: node, script, verb and its arguments
 * @returns the exit code: 0 done, 1 failed, 2 wrong usage, 130 stopped by Ctrl-C
 */
export function main(argv: readonly string[]): Promise<number> {
  process.env.POCKETNET_KEEP_MEMORY ??= '1'; // nothing else runs in this process, and it saves a quarter of a training step
  return runProgram(program(), argv);
}

/** The command with all its verbs, each with its arguments and options. */
export const program = (): Command =>
  programOf({
    description: 'Search, train, measure and export extremely lightweight face recognition networks, and use them.',
    version: version(),
    ...{ tasks, verbs },
  });

function version(): string {
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string };
  return manifest.version;
}
