import { type Verb as AnyVerb, appTasks } from 'pocketnet/commands';

export { type Action, type CommonOptions, Interrupted, UsageError } from 'pocketnet/commands';

/** What people come to do, and the heading of each task in `pocketnet --help`, in its order. */
export const tasks = {
  start: 'Start here:',
  ...appTasks,
  data: 'Prepare data:',
  search: 'Search cells:',
  train: 'Train and distil:',
  measure: 'Measure:',
  ship: 'Ship:',
} as const;

export type Task = keyof typeof tasks;

/** A verb of the command: a file in `verbs/` and a line in its registry. Every verb gets `--json`. */
export type Verb = AnyVerb<Task>;
