import type { Command } from 'commander';

/**
 * One verb of the command: a file in `verbs/` and a line in its registry. `define` declares arguments and options and sets the
 * action, which imports what it needs when it runs, so that `--help` waits for no engine. Every verb gets `--json` for nothing.
 */
export interface Verb {
  readonly name: string;
  /** One line of help. */
  readonly summary: string;
  define(command: Command): void;
}

/** What every action is given. */
export interface CommonOptions {
  json?: boolean;
}

/** The call itself is wrong, not what it found: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The work was cut short by the user, and can be gone on with: exit code 130, as shells have it for Ctrl-C. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}
