import type { Command } from 'commander';

/** A command that runs: it declares its arguments and options and sets its action. The action imports what it needs, so `--help` is fast. */
export interface Action {
  readonly name: string;
  /** One line of help. */
  readonly summary: string;
  define(command: Command): void;
}

/** A verb of the command: a file in `verbs/` and a line in its registry. Every verb gets `--json`. */
export interface Verb<Task extends string = string> extends Action {
  /** The group that lists it in `pocketnet --help`: a name of the program's {@link Tasks}. */
  readonly task: Task;
}

/** What people come to do, by name, and the heading of each task in `pocketnet --help`, in its order. */
export type Tasks = Readonly<Record<string, string>>;

/** Options that every action is given. */
export interface CommonOptions {
  json?: boolean;
}

/** The call itself is wrong: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The user stopped the work, which can be resumed: exit code 130, as in shells after Ctrl-C. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}
