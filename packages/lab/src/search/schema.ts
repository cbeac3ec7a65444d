import { z } from 'zod';
import { augmentSchema } from '../augment/schema.js';
import { checkAgainst, type LoadOptions, mergeConfig, parseOverrides, readConfigFile } from '../config/index.js';

const steps = z.int().positive();

/** A search, version 1. Every key is described here and nowhere else; unknown keys are errors. */
export const searchSchema = z.strictObject({
  name: z.string().min(1).optional().describe('What the search is called.'),
  data: z
    .strictObject({
      train: z
        .string()
        .min(1)
        .describe('Labelled images; one half of every class trains the weights, the other one α.'),
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
      channels: z.int().positive().default(16).describe('C of the first cells.'),
      cells: z.int().min(3).default(8).describe('Cells; three of them reduce.'),
      nodes: z.int().min(2).max(5).default(4).describe('Nodes of a cell.'),
      stemMultiplier: z.int().positive().default(3).describe("The stem's channels, as a multiple of C."),
      tailGroups: z.int().positive().default(512).describe('512: depthwise; 128: as released.'),
    })
    .prefault({}),
  batch: z.int().min(2).describe('Images of each half a step, in every process.'),
  epochs: z.int().positive().default(50).describe('Passes over one half.'),
  maxSteps: steps.optional().describe('Steps after which the search ends, whatever the epoch.'),
  lr: z.number().positive().default(0.1).describe("The weights' learning rate at first,"),
  minLr: z.number().min(0).default(0.004).describe('and at the end of a cosine that moves once an epoch.'),
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
      warmupEpochs: z.int().min(0).default(0).describe('Epochs at first in which only the weights learn.'),
    })
    .prefault({}),
  budget: z
    .strictObject({
      count: z.enum(['parameters', 'macs', 'flops']).default('flops'),
      target: z
        .number()
        .positive()
        .describe('What the mixed cells may cost for nothing, as an expectation over their operations.'),
      weight: z.number().positive().default(1).describe('Loss of costing twice the target.'),
    })
    .optional()
    .describe('Makes dear architectures lose.'),
  random: z
    .strictObject({
      candidates: z.int().positive().describe('How many genotypes are drawn.'),
      epochs: z.int().positive().describe("How long each is trained, from scratch, on the weights' half."),
    })
    .optional()
    .describe("Instead of α: random cells, of which those win that do best on the other half. The searches' baseline."),
  derive: z
    .strictObject({
      by: z.enum(['raw', 'softmax']).default('raw').describe('What ranks the edges.'),
      skips: z.int().min(0).optional().describe('Most skip-connections that the normal cell keeps.'),
    })
    .prefault({}),
  collapse: z
    .strictObject({
      skips: z.int().min(0).default(2).describe('More skip-connections than these in the normal cell are a collapse,'),
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
