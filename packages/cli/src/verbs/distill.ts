import { defineTraining, runTraining, type TrainingOptions } from '../training.js';
import { UsageError, type Verb } from '../verb.js';

interface Options extends TrainingOptions {
  teacher?: string;
}

export const distill: Verb = {
  name: 'distill',
  summary: 'train a network on what a teacher says of the images',
  define: (command) =>
    defineTraining(command)
      .option('--teacher <path>', 'an ONNX model, weights, or the folder of a run that kept its epochs')
      .action(run),
};

/** `train` with a teacher: one loop, so that all that training can do, distillation can. */
async function run({ teacher, ...options }: Options): Promise<void> {
  await runTraining(options, {
    set: teacher === undefined ? [] : [`teacher.models=${JSON.stringify([teacher])}`],
    check: ({ config }) => {
      if (!config.teacher)
        throw new UsageError(`${options.config} names no teacher: give --teacher, or a section teacher: in the file.`);
    },
  });
}
