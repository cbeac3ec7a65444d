import { defineTraining, runTraining } from '../training.js';
import type { Verb } from '../verb.js';

export const train: Verb = {
  name: 'train',
  task: 'train',
  summary: 'train a network from a configuration file',
  define: (command) => defineTraining(command).action((options) => runTraining(options)),
};
