import type { AppTask } from '../tasks.js';
import type { Verb } from '../verb.js';
import { detect } from './detect.js';
import { embed } from './embed.js';
import { enrol } from './enrol.js';
import { gallery } from './gallery/index.js';
import { identify } from './identify.js';
import { people } from './people/index.js';
import { verify } from './verify.js';

/** Every verb for apps, in the order of the help: a new one is one file here and one line. */
export const verbs: readonly Verb<AppTask>[] = [verify, detect, embed, enrol, identify, people, gallery];
