import { basename, extname } from 'node:path';
import { z } from 'zod';
import { augmentSchema } from '../augment/schema.js';
import { type DistillationLossName, distillationLosses } from '../distill/losses.js';
import { teacherModelSchema } from '../distill/teachers/registry.js';
import { headSchema, heads } from '../heads/registry.js';
import { frameSchema } from '../search-space/frame.js';

// One experiment. Every key is described here, or by the head, augmentation or kind of teacher whose own it is; unknown keys are errors.

const steps = z.int().positive();

const validation = z.preprocess(
  withName,
  z.strictObject({
    name: z.string().min(1).describe('What the set is called in logs; by default the file name without .bin.'),
    pairs: z.string().min(1).describe('An InsightFace .bin file of image pairs.'),
    folds: z.int().min(2).default(10).describe('Cross-validation folds; the published sets have 10, lfw_dev has 5.'),
    channels: z.enum(['rgb', 'bgr']).default('rgb').describe('Channel order that the network is fed with.'),
  }),
);

const location = z.string().min(1);

const repeated = z
  .strictObject({
    location: location.describe('Where they are.'),
    times: z.int().min(1).max(1000).describe('How often an epoch shows each of its faces.'),
  })
  .describe('A part that is drawn more often than its share.');

const data = z.strictObject({
  train: z
    .union([location, z.array(location)])
    .describe(
      'A .rec file, a folder with train.rec, an image folder identity/photo.jpg, "generated:…"; or a list of these, which share no identity.',
    ),
  unlabelled: z
    .preprocess(asList, z.array(z.union([location, repeated])))
    .default([])
    .describe('Faces without labels, mixed into the same batches: they take part in distillation only.'),
  heldOut: location
    .optional()
    .describe(
      "Faces that are not trained on: how far they are from the teacher's embeddings is measured with every evaluation.",
    ),
  val: z
    .preprocess(asList, z.array(validation))
    .default([])
    .describe('Verification sets that are evaluated while training: one .bin file, or a list. Best goes by the first.'),
  size: z.int().min(16).max(1024).default(112).describe('Side of the square input, in pixels.'),
  workers: z.int().min(0).max(256).default(1).describe('Decoding threads; the batches do not depend on it.'),
  resident: z
    .boolean()
    .default(false)
    .describe(
      'Decode once, keep the images as bytes in the memory of the device and augment them there: for a GPU, and sets that fit it.',
    ),
  onBadImage: z
    .enum(['fail', 'skip'])
    .default('fail')
    .describe(
      'Of an image that cannot be read or decoded: fail ends the run and names it; skip puts another one in its place, names it in the log and counts.',
    ),
  augment: z
    .array(augmentSchema)
    .default([{ name: 'flip', p: 0.5 }])
    .describe('Augmentations in their order; the paper flips with probability 0.5 and does nothing else.'),
  mixup: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe(
      'a > 0 mixes every image with another of its batch, by a share drawn from Beta(a, a) a step (Zhang et al. 2018).',
    ),
});

/** Whom a network is distilled from, in training and in a search alike. */
export const teacherSchema = () =>
  z.strictObject({
    models: z
      .preprocess(asList, z.array(teacherModelSchema()).min(1))
      .describe('One teacher, or a list whose embeddings are joined.'),
    stages: z
      .union([z.enum(['last', 'matched', 'stretched']), z.array(z.int().positive()).min(1)])
      .default('last')
      .describe(
        'Which of its epochs the teacher is at: last, the finished one; matched, multi-step distillation: that of the same epoch; ' +
          'stretched: the same for other numbers of epochs; or a list.',
      ),
    sees: z
      .enum(['student', 'crop'])
      .default('student')
      .describe("student, the paper: the student's image, augmented; crop: the image before augmentation."),
    mirror: z
      .enum(['same', 'mean'])
      .default('same')
      .describe("The image mirrored as the student's, or the sum of both embeddings."),
    project: z
      .enum(['pca', 'learned', 'none'])
      .default('pca')
      .describe(
        "Where widths differ: pca of the teacher's embeddings, or a linear map of the student's learned along with it.",
      ),
    loss: z
      .enum(Object.keys(distillationLosses) as DistillationLossName[])
      .default('template')
      .describe('template, the paper: w MSE; cosine: w/128 (2 - 2cos).'),
    weight: z.number().min(0).default(100).describe('w; 0 where only the head looks at the teacher.'),
    relation: z
      .number()
      .min(0)
      .default(0)
      .describe(
        "Weight of the squared differences of a batch's cosines to one another from the teacher's; 0: not asked for.",
      ),
    cache: z
      .string()
      .min(1)
      .nullable()
      .default('runs/cache')
      .describe(
        'Folder of cached embeddings, used where they can be known beforehand; null asks the teacher in every step.',
      ),
  });

const schedule = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('step').describe('The paper: the rate falls at fixed epochs.'),
    milestones: z
      .array(z.int().positive())
      .default([8, 14, 20, 25])
      .describe('1-based epochs m: the factor is applied for every m with m - 1 <= epoch (0-based).'),
    gamma: z.number().positive().max(1).default(0.1).describe('Factor at each milestone.'),
  }),
  z.strictObject({
    kind: z.literal('cosine').describe('Half a cosine from the rate to minLr over all steps.'),
    warmupSteps: z.int().min(0).default(0).describe('Steps of linear rise from 0 before it.'),
    minLr: z.number().min(0).default(0).describe('Learning rate at the end.'),
  }),
  z.strictObject({ kind: z.literal('constant').describe('The same rate throughout.') }),
]);

/** The schema of an experiment, version 1, with the heads and kinds of teachers that are registered now. */
export const experimentSchema = () =>
  z
    .strictObject({
      name: z.string().min(1).optional().describe('What the experiment is called.'),
      network: z.string().min(1).describe('A registered network; `pocketnet networks` lists them.'),
      genotype: z
        .string()
        .min(1)
        .optional()
        .describe(
          "Cells instead of the network's own: a genotype file, softmax_casia, softmax_cifar10 or random:SEED.",
        ),
      frame: frameSchema
        .optional()
        .describe("What differs of the network's own frame: width, cells, stem, pre-processing."),
      init: z
        .string()
        .min(1)
        .optional()
        .describe(
          'Weights to start from instead of random ones: a file of the same network, of any input size and width of the embedding.',
        ),
      embedding: z.int().positive().optional().describe("Embedding size, where it differs from the network's own."),
      data: data.describe('What is trained on and measured on. Relative paths start at the current directory.'),
      batch: z.int().min(2).describe('Images a step and process; batch normalisation needs 2 at least.'),
      epochs: z.int().positive().optional().describe('Passes over the training set. This or maxSteps is needed.'),
      maxSteps: steps.optional().describe('Steps after which training ends, whatever the epoch.'),
      lr: z.number().positive().describe('Base learning rate.'),
      lrScaling: z
        .enum(['none', 'linear'])
        .default('linear')
        .describe('linear, the paper: the rate is lr / 512 * batch * processes.'),
      momentum: z.number().min(0).lt(1).default(0.9).describe('Momentum of SGD (no Nesterov, no dampening).'),
      weightDecay: z.number().min(0).default(5e-4).describe('L2 penalty.'),
      decayNormAndSlopes: z
        .boolean()
        .default(true)
        .describe('Decay batch norm and PReLU too, as the paper did; common practice leaves them out.'),
      clip: z
        .number()
        .positive()
        .default(5)
        .describe("Largest L2 norm of the backbone's gradient; the head's is free."),
      schedule: schedule.prefault({ kind: 'step' }).describe('How the learning rate changes.'),
      head: headSchema()
        .nullable()
        .prefault({ kind: 'arcface' })
        .describe('The classification head, used in training only; null: none, the teacher alone is learned from.'),
      ema: z
        .number()
        .min(0)
        .lt(1)
        .default(0)
        .describe(
          'Decay of the running mean of the weights, such as 0.9995, which then is what is measured and written; 0: none.',
        ),
      teacher: teacherSchema().nullable().default(null).describe('Whom the network is distilled from; null: nobody.'),
      syncBatchNorm: z
        .boolean()
        .default(false)
        .describe('Of several processes: batch norm over the batches of all; the paper has each its own.'),
      seed: z.int().min(0).max(0xffffffff).default(0).describe('Seed of weights, order and augmentation.'),
      precision: z.enum(['float32', 'bf16']).default('float32').describe('bf16 is autocast, where the device has it.'),
      device: z.string().min(1).default('cpu').describe('cpu, cuda or cuda:N.'),
      threads: z.int().positive().optional().describe("The engine's threads; by default as many as the machine has."),
      evalEvery: steps.default(2000).describe('Steps between evaluations on data.val.'),
      evalAtStart: z.boolean().default(false).describe('Evaluate the untrained network too.'),
      checkpointEvery: steps.default(1000).describe('Steps between checkpoints.'),
      logEvery: steps.default(50).describe('Steps between log lines.'),
      keepEpochs: z
        .boolean()
        .default(false)
        .describe('Keep the weights of every epoch: what makes a run the teacher of multi-step distillation.'),
      keepCheckpoints: z.int().min(0).optional().describe('Numbered checkpoints to keep beside best and last.'),
    })
    .superRefine((config, context) => {
      if (config.epochs === undefined && config.maxSteps === undefined) {
        context.addIssue({ code: 'custom', path: [], message: 'one of "epochs" and "maxSteps" is needed' });
      }
      if (config.head === null && !(config.teacher && config.teacher.weight > 0)) {
        const message = 'without a head there is nothing to learn but a teacher with a weight above 0';
        context.addIssue({ code: 'custom', path: ['head'], message });
      }
      if (config.data.unlabelled.length > 0 && !(config.teacher && config.teacher.weight > 0)) {
        const message = 'faces without labels teach nothing without a teacher with a weight above 0';
        context.addIssue({ code: 'custom', path: ['data', 'unlabelled'], message });
      }
      if (config.head && heads.get(config.head.kind)?.needsTeacher && !config.teacher) {
        const message = `${config.head.kind} learns from a teacher's embeddings, and the configuration has no teacher`;
        context.addIssue({ code: 'custom', path: ['head', 'kind'], message });
      }
      if (config.data.heldOut !== undefined && (!config.teacher || config.teacher.project === 'learned')) {
        const message = 'needs a teacher, whose embeddings are not projected by what is learned along with them';
        context.addIssue({ code: 'custom', path: ['data', 'heldOut'], message });
      }
      if (config.data.train.length === 0 && config.data.unlabelled.length === 0) {
        context.addIssue({ code: 'custom', path: ['data', 'train'], message: 'names no faces to train on' });
      }
      const names = config.data.val.map((set) => set.name);
      const twice = names.findIndex((name, index) => names.indexOf(name) < index);
      if (twice >= 0) {
        const message = `a second set is called "${names[twice]}"; give each a name of its own`;
        context.addIssue({ code: 'custom', path: ['data', 'val', twice, 'name'], message });
      }
    });

/** A checked experiment with all defaults filled in. */
export type ExperimentConfig = z.output<ReturnType<typeof experimentSchema>>;

/** `lfw.bin` stands for `{ pairs: lfw.bin, name: lfw }`. */
function withName(value: unknown): unknown {
  const set: unknown = typeof value === 'string' ? { pairs: value } : value;
  if (typeof set !== 'object' || set === null || !('pairs' in set) || typeof set.pairs !== 'string') return set;
  return { name: basename(set.pairs, extname(set.pairs)), ...set };
}

/** A single value stands for a list of it. */
function asList(value: unknown): unknown {
  return value === undefined || value === null || Array.isArray(value) ? value : [value];
}
