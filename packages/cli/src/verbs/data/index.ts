import type { Action, Verb } from '../../verb.js';
import { align } from './align.js';
import { drawPairs } from './draw-pairs.js';
import { generate } from './generate.js';
import { inspect } from './inspect.js';
import { pack } from './pack.js';
import { pairs } from './pairs.js';
import { setAside } from './set-aside.js';
import { turn } from './turn.js';

/** What can be done with data. */
export const dataVerbs: readonly Action[] = [inspect, generate, align, pack, pairs, drawPairs, turn, setAside];

export const data: Verb = {
  name: 'data',
  task: 'data',
  summary: 'inspect, generate, align and pack faces and pairs',
  define(command) {
    for (const { name, summary, define } of dataVerbs)
      define(command.command(name).summary(summary).description(summary));
  },
};
