import { basename } from 'node:path';
import type { ExperimentConfig } from '../config/index.js';
import { type Recipe, without } from '../runs/index.js';

/** What an experiment's recipe takes from elsewhere than its configuration. */
export interface RecipeFacts {
  /** The training set as it is. */
  source: { name: string; length: number; identities: number };
  processes: number;
  totalSteps: number;
  /** Width of the embedding. */
  embedding: number;
  /** Official text of the cells. */
  genotype: string | undefined;
}

/** Keys from which no number of the training follows, or that may honestly change while it goes on; every other one is of the recipe. */
const free = [
  ...['name', 'device', 'threads', 'data.workers', 'data.resident'],
  ...[
    'data.val',
    'data.heldOut',
    'evalEvery',
    'evalAtStart',
    'logEvery',
    'checkpointEvery',
    'keepEpochs',
    'keepCheckpoints',
  ],
  'data.onBadImage', // a run that ended at a bad image goes on without it
  ...['syncBatchNorm', 'head.sharded'], // a run goes on with more processes, or fewer: the batch of all of them counts
  ...['epochs', 'maxSteps'], // how long: see `steps` below
  ...['data.train', 'data.unlabelled', 'teacher.cache'], // places, which move; what lies there counts
];

/** What may be changed amid a run by name: shapes and batches do not follow from it. */
export const changeable = [
  ...['lr', 'lrScaling', 'schedule', 'steps', 'momentum', 'weightDecay', 'clip'],
  ...['head.scale', 'head.margin', 'teacher.weight', 'teacher.relation'],
];

/** All that a training's numbers follow from. */
export function recipeOf(config: ExperimentConfig, facts: RecipeFacts): Recipe {
  const { source, processes, totalSteps, embedding, genotype } = facts;
  const { data, teacher, ...own } = without(config as unknown as Recipe, free) as Record<
    'data' | 'teacher',
    Recipe | null
  >;
  const lengthCounts = config.schedule.kind === 'cosine' || config.teacher?.stages === 'stretched';
  return {
    ...own,
    data: { ...data, train: source.name, images: source.length, identities: source.identities },
    teacher: teacher && {
      ...teacher,
      models: config.teacher?.models.map((model) => ({ ...model, path: basename(model.path) })),
    },
    ...{ batch: config.batch * processes, embedding, genotype, init: config.init && basename(config.init) },
    steps: lengthCounts ? totalSteps : undefined,
  };
}

/** The recipe as the checkpoints of before December 2026 hold it: what batches and shapes follow from. @param about what weights say of themselves */
export const firstRecipe = (
  { batch, data, ema, head, teacher }: ExperimentConfig,
  about: Recipe,
  { source, processes }: RecipeFacts,
): Recipe => ({
  ...about,
  ...{ images: source.length, identities: source.identities, batch: batch * processes, augment: data.augment },
  ...(data.mixup > 0 && { mixup: data.mixup }),
  ...(ema > 0 && { ema }),
  head: head?.kind ?? 'none',
  ...(teacher && { stages: teacher.stages, distillation: teacher.loss }),
});
