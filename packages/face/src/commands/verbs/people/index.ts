import type { AppTask } from '../../tasks.js';
import type { Action, Verb } from '../../verb.js';
import { exportPerson } from './export.js';
import { forget } from './forget.js';
import { list } from './list.js';
import { merge } from './merge.js';
import { rename } from './rename.js';

/** What can be done with a gallery's people. */
export const peopleVerbs: readonly Action[] = [list, rename, merge, forget, exportPerson];

export const people: Verb<AppTask> = {
  name: 'people',
  task: 'faces',
  summary: 'list, rename, merge, forget and export the people of a gallery',
  define(command) {
    for (const { name, summary, define } of peopleVerbs)
      define(command.command(name).summary(summary).description(summary));
  },
};
