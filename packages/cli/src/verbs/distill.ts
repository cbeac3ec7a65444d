import { defineTraining, runTraining, type TrainingOptions } from '../training.js';
import { UsageError, type Verb } from '../verb.js';

interface Options extends TrainingOptions {
  teacher?: string;
}

export const distill: Verb = {
  name: 'distill',
  task: 'train',
  summary: 'train a network to match the embeddings of a teacher',
  define: (command) =>
    defineTraining(command)
      .option('--teacher <path>', 'an ONNX model, weights, or the folder of a run with keepEpochs: true')
      .action(run),
};

/** `train` with a teacher: both share one training loop. */
async function run({ teacher, ...options }: Options): Promise<void> {
  await runTraining(options, {
    set: teacher === undefined ? [] : [`teacher.models=${JSON.stringify([teacher])}`],
    check: ({ config }) => {
      if (!config.teacher)
        throw new UsageError(
          `${options.config} names no teacher. Give --teacher PATH, or add a section teacher: to the file.`,
        );
    },
  });
}
