import { defineTraining, runTraining } from '../training.js';
import type { Verb } from '../verb.js';

export const train: Verb = {
  name: 'train',
  summary: 'train a network as a configuration says',
  define: (command) => defineTraining(command).action((options) => runTraining(options)),
};
