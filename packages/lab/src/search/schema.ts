import { z } from 'zod';
import { augmentSchema } from '../augment/schema.js';
import { checkAgainst, type LoadOptions, mergeConfig, parseOverrides, readConfigFile } from '../config/index.js';
import { teacherSchema } from '../config/schema.js';
import { frameSchema } from '../search-space/frame.js';

const steps = z.int().positive();

const location = z.string().min(1);

const limits = z
  .strictObject({
    parameters: z.number().positive().optional().describe('Most parameters.'),
    macs: z.number().positive().optional().describe('Most multiply-adds of an image.'),
    flops: z.number().positive().optional().describe('Most FLOPs of an image, as the paper counts them.'),
    latency: z
      .strictObject({
        table: z.string().min(1).describe('What `pocketnet bench --operations` wrote.'),
        like: z
          .array(z.string())
          .min(1)
          .optional()
          .describe('Genotypes whose mean time in the same frame is what is wanted, give or take'),
        within: z
          .number()
          .positive()
          .max(1)
          .default(0.05)
          .describe('this share of it: so arms cost alike on any machine.'),
        least: z.number().min(0).optional().describe('Or milliseconds at least,'),
        most: z.number().positive().optional().describe('and at most.'),
      })
      .refine(({ like, least, most }) => like === undefined || (least === undefined && most === undefined), {
        message: 'is either like other genotypes, or at least and at most so many milliseconds',
      })
      .optional()
      .describe('Time of an image, predicted from a table.'),
    network: frameSchema
      .extend({ size: z.int().min(16).max(1024).optional().describe('Side of its input.') })
      .default({})
      .describe('In what the network that is meant differs from the one that is searched in.'),
  })
  .describe('What the network of the found cells may cost, as a whole: candidates beyond it are not looked at.');

/** A search, version 1. Every key is described here and nowhere else; unknown keys are errors. */
export const searchSchema = z
  .strictObject({
    name: z.string().min(1).optional().describe('What the search is called.'),
    method: z
      .string()
      .default('darts')
      .describe(
        'darts: α by gradient; single-path: one shared network, a path a step, then evolution; random: chance.',
      ),
    data: z
      .strictObject({
        train: z
          .union([location, z.array(location).min(1)])
          .describe('Labelled images; one half of every class trains the weights, the other one α.'),
        unlabelled: z
          .array(location)
          .default([])
          .describe('Faces without labels, halved too: they take part in distillation only.'),
        measured: steps
          .optional()
          .describe('Images of the other half that a measurement looks at, drawn once; unless said, all.'),
        size: z.int().min(16).max(1024).default(112).describe('Side of the square input, in pixels.'),
        workers: z.int().min(0).max(256).default(1).describe('Decoding threads of each half.'),
        onBadImage: z
          .enum(['fail', 'skip'])
          .default('fail')
          .describe('Of an image that cannot be decoded: fail ends the search; skip puts another one in its place.'),
        augment: z
          .array(augmentSchema)
          .default([{ name: 'crop' }, { name: 'flip', p: 0.5 }])
          .describe("Of the weights' half; the other one is seen as it is."),
      })
      .describe('What is searched on.'),
    network: z
      .strictObject({
        ...frameSchema.shape,
        channels: z.int().positive().default(16).describe('C of the first cells.'),
        cells: frameSchema.shape.cells.default(8),
        nodes: z.int().min(2).max(5).default(4).describe('Nodes of a cell.'),
        stemMultiplier: z.int().positive().default(3).describe("The stem's channels, as a multiple of C."),
        tailGroups: z.int().positive().default(512).describe('512: depthwise; 128: as released.'),
      })
      .prefault({}),
    teacher: teacherSchema()
      .nullable()
      .default(null)
      .describe('Both halves learn its embeddings, as a training does; null: classes alone.'),
    labels: z
      .number()
      .min(0)
      .optional()
      .describe(
        "Weight of the classes' cross-entropy: 1 without a teacher, 0 beside one (there is no classifier then).",
      ),
    batch: z.int().min(2).describe('Images of each half a step, in every process.'),
    epochs: z.int().positive().default(50).describe('Passes over one half.'),
    maxSteps: steps.optional().describe('Steps after which the search ends, whatever the epoch.'),
    lr: z.number().positive().default(0.1).describe("The weights' learning rate at first,"),
    minLr: z.number().min(0).default(0.004).describe('and at the end of a cosine,'),
    lrMoves: z
      .enum(['epoch', 'step'])
      .optional()
      .describe(
        'that moves once an epoch, as in the paper, unless said; step: of sets so large that there are few epochs.',
      ),
    momentum: z.number().min(0).lt(1).default(0.9),
    weightDecay: z.number().min(0).default(3e-4),
    clip: z.number().positive().default(5).describe("Largest L2 norm of the weights' gradient."),
    architect: z
      .strictObject({
        order: z
          .union([z.literal(1), z.literal(2)])
          .default(2)
          .describe('2: unrolled, five passes a step; 1: two passes.'),
        updates: z
          .enum(['darts', 'released'])
          .default('darts')
          .describe('α before the weights, or as the released code.'),
        lr: z.number().positive().default(1.2e-3),
        betas: z.tuple([z.number().min(0).lt(1), z.number().min(0).lt(1)]).default([0.5, 0.999]),
        weightDecay: z.number().min(0).default(1e-3),
        warmupEpochs: z.int().min(0).default(0).describe('Epochs at first in which only the weights learn;'),
        warmupSteps: steps.optional().describe('or steps, of sets so large that there are few epochs.'),
      })
      .prefault({}),
    budget: z
      .strictObject({
        count: z.enum(['parameters', 'macs', 'flops', 'latency']).default('flops'),
        table: z.string().min(1).optional().describe('Of latency: what `pocketnet bench --operations` wrote.'),
        target: z
          .number()
          .positive()
          .describe(
            'What the mixed cells may cost for nothing, as an expectation over their operations; latency in ms.',
          ),
        weight: z.number().positive().default(1).describe('Loss of costing twice the target.'),
      })
      .optional()
      .describe('Makes dear architectures lose.'),
    limits: limits.optional(),
    singlePath: z
      .strictObject({
        population: z.int().min(2).default(32).describe('Genotypes of the first generation, and of every other one.'),
        generations: steps.default(8),
        parents: z.int().min(2).default(8).describe('The best of all so far, which the next generation comes from.'),
        mutation: z.number().min(0).max(1).default(0.15).describe('Chance of each edge of a mutant to change.'),
        calibration: steps.default(8).describe('Batches that the statistics of each candidate are taken anew from.'),
      })
      .prefault({})
      .describe('The evolution after the training.'),
    random: z
      .strictObject({
        candidates: z.int().positive().describe('How many genotypes are drawn.'),
        epochs: z.int().positive().describe("How long each is trained, from scratch, on the weights' half."),
      })
      .optional()
      .describe('Of the method random: of cells by chance those win that do best on the other half. The baseline.'),
    derive: z
      .strictObject({
        by: z.enum(['raw', 'softmax']).default('raw').describe('What ranks the edges.'),
        skips: z.int().min(0).optional().describe('Most skip-connections that the normal cell keeps.'),
      })
      .prefault({}),
    collapse: z
      .strictObject({
        skips: z
          .int()
          .min(0)
          .default(2)
          .describe('More skip-connections than these in the normal cell are a collapse,'),
        stop: z.boolean().default(false).describe('which ends the search with the genotype of the epoch before it.'),
      })
      .prefault({}),
    seed: z.int().min(0).max(0xffffffff).default(2).describe('Seed of weights, α, halves, order and augmentation.'),
    syncBatchNorm: z
      .boolean()
      .default(false)
      .describe('Statistics over the batches of all processes; dear, and not as in the paper.'),
    device: z.string().min(1).default('cpu'),
    threads: z.int().positive().optional(),
    validateEvery: z
      .int()
      .min(0)
      .default(1)
      .describe("Epochs between accuracies on α's half in evaluation mode; 0: never."),
    checkpointEvery: steps.default(200).describe('Steps between checkpoints; there is one after every epoch.'),
    logEvery: steps.default(20).describe('Steps between log lines.'),
  })
  .superRefine((config, context) => {
    const complain = (path: string[], message: string): void => context.addIssue({ code: 'custom', path, message });
    const { teacher, labels, data, method, random, budget } = config;
    if (budget && (budget.count === 'latency') !== (budget.table !== undefined))
      complain(['budget', 'table'], 'goes with count: latency, and latency needs one');
    if ((method === 'random') !== (random !== undefined))
      complain(['random'], 'goes with method: random, and that method needs candidates and epochs');
    if (!teacher && data.unlabelled.length > 0) complain(['data', 'unlabelled'], 'teaches nothing without a teacher');
    if (!teacher && labels === 0) complain(['labels'], 'of 0 leaves nothing to learn without a teacher');
    if (teacher?.weight === 0) complain(['teacher', 'weight'], 'of 0 leaves nothing to learn from the teacher');
    if (teacher?.project === 'learned')
      complain(
        ['teacher', 'project'],
        'may be pca or none in a search, where nothing else than cells and weights learns',
      );
  });

/** A checked search with all defaults filled in. */
export type SearchConfig = z.output<typeof searchSchema>;

/** In two forms, as an experiment's: to run, and to keep. */
export interface LoadedSearch {
  config: SearchConfig;
  portable: SearchConfig;
}

/** Reads a search's YAML file, those it `extends`, and `--set` overrides. @throws Error that lists every problem with its path */
export const loadSearch = (path: string, { set = [], env = process.env }: LoadOptions = {}): LoadedSearch =>
  checkAgainst(searchSchema, mergeConfig(readConfigFile(path), parseOverrides(set)), path, env);

/** Checks a search that is already an object. */
export const checkSearch = (raw: unknown, origin: string): LoadedSearch => checkAgainst(searchSchema, raw, origin);
