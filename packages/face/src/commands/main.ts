import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { programOf, runProgram } from './program.js';
import { appTasks } from './tasks.js';
import { verbs } from './verbs/index.js';

/** The package with the whole command; a name of its own, since this package does not depend on it. */
const WHOLE = '@pocketnet/cli';

/**
 * The `pocketnet` command: the whole one where `@pocketnet/cli` is installed, which has these verbs among its own, else what apps need.
 *
 * @param argv as `process.argv`: node, script, verb and its arguments
 * @returns the exit code: 0 done, 1 failed, 2 wrong usage, 130 stopped by Ctrl-C
 */
export async function main(argv: readonly string[]): Promise<number> {
  if (!isInstalled(WHOLE)) return runProgram(appProgram(), argv);
  const whole = (await import(WHOLE)) as { main(argv: readonly string[]): Promise<number> };
  return whole.main(argv);
}

/** The command with the verbs of this package alone. */
export const appProgram = (): Command =>
  programOf({
    description: 'Find, align, compare and recognise faces, on this machine alone.',
    ...{ version: version(), tasks: appTasks, verbs },
    unknownVerb: (name) =>
      `There is no verb ${name} here. Those that make and measure networks are in ${WHOLE}: npm install ${WHOLE}`,
  });

function isInstalled(name: string): boolean {
  try {
    import.meta.resolve(name);
    return true;
  } catch {
    return false;
  }
}

function version(): string {
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return manifest.version;
}
