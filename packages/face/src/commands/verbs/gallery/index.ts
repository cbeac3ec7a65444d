import type { AppTask } from '../../tasks.js';
import type { Action, Verb } from '../../verb.js';
import { compact } from './compact.js';
import { doctor } from './doctor.js';
import { encrypt } from './encrypt.js';
import { migrate } from './migrate.js';

/** What keeps a gallery in order. */
export const galleryVerbs: readonly Action[] = [doctor, compact, encrypt, migrate];

export const gallery: Verb<AppTask> = {
  name: 'gallery',
  task: 'faces',
  summary: 'examine, compact, encrypt and migrate a gallery',
  define(command) {
    for (const { name, summary, define } of galleryVerbs)
      define(command.command(name).summary(summary).description(summary));
  },
};
