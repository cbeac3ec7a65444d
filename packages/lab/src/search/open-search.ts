import { basename } from 'node:path';
import type { Loader } from '@pocketnet/data';
import {
  copyFromFirst,
  manualSeed,
  optim,
  type ProcessGroup,
  setThreads,
  synchroniseBatchNorm,
  type Tensor,
  usualThreads,
} from '@pocketnet/torch';
import { latencyTableDigest, msOfEdge, readLatencyTable } from '../latency/index.js';
import { type Recipe, without } from '../runs/index.js';
import { type Checkpointed, loadCheckpoint } from '../runs/resumable.js';
import type { CellType } from '../search-space/alphas.js';
import type { AlphaValues } from '../search-space/derive.js';
import { SearchNetwork } from '../search-space/search-network.js';
import { budgetPenalty, costTable } from './cost.js';
import { type Halves, type HalvesOptions, openHalves } from './halves.js';
import { type Objective, objectiveOf } from './objective.js';
import { ratesOf } from './rates.js';
import type { SearchConfig } from './schema.js';

/** Where a search stands. */
export interface SearchPosition {
  /** Steps done. */
  step: number;
  /** The epoch of the next step, and its place in it. */
  epoch: number;
  batch: number;
  /** Sums since the epoch's begin. */
  sums: { trainLoss: number; valLoss: number; valAccuracy: number };
  /** Genotype of the last epoch that had not collapsed. */
  sound: string | null;
  /** α of that epoch. */
  soundAlphas: Record<CellType, AlphaValues> | null;
  /** Accuracies on α's half, last and best, and distances to the teachers there. */
  accuracy: number | null;
  best: number | null;
  distance: number | null;
  bestDistance: number | null;
  bestEpoch: number;
}

export const startPosition = (): SearchPosition => ({
  step: 0,
  epoch: 0,
  batch: 0,
  sums: { trainLoss: 0, valLoss: 0, valAccuracy: 0 },
  sound: null,
  soundAlphas: null,
  accuracy: null,
  best: null,
  distance: null,
  bestDistance: null,
  bestEpoch: 0,
});

/** All that a search works with, ready for its next step. */
export interface OpenSearch extends Checkpointed {
  network: SearchNetwork;
  optimizer: optim.Optimizer;
  architect: optim.Optimizer;
  halves: Halves;
  stepsPerEpoch: number;
  totalSteps: number;
  /** The weights' learning rate. */
  rate(at: { epoch: number; step: number }): number;
  objective: Objective;
  penalty?: () => Tensor;
  position: SearchPosition;
  /** How it goes on otherwise than it began, as was asked for. */
  changed: readonly string[];
  resumed: boolean;
}

export interface OpenSearchOptions extends HalvesOptions {
  /** Keys of the recipe that may differ from the checkpoint's. */
  change?: readonly string[] | undefined;
}

/**
 * Opens data, network and optimisers, from the folder's checkpoint if there is one. Every process of the group opens its part of each half.
 * @throws Errors about data and network
 */
export async function openSearch(config: SearchConfig, options: OpenSearchOptions): Promise<OpenSearch> {
  const halves = await openHalves(config, options);
  try {
    return { ...openState(config, halves, options), halves };
  } catch (error) {
    await halves.close();
    throw error;
  }
}

/** What may be changed amid a search by name: shapes and batches do not follow from it. */
const changeable = [
  ...['lr', 'minLr', 'epochs', 'maxSteps', 'momentum', 'weightDecay', 'clip', 'budget'],
  ...['architect.lr', 'architect.betas', 'architect.weightDecay', 'architect.warmupEpochs'],
];

function openState(
  config: SearchConfig,
  { train, val, classes }: Halves,
  { out, resumed, change, group }: OpenSearchOptions,
) {
  const { size } = config.data;
  setThreads(config.threads ?? usualThreads());
  manualSeed(config.seed);
  const network = new SearchNetwork({ ...config.network, classes, input: size }).to({ device: config.device });
  copyFromFirst([network], group);
  const { lr, momentum, weightDecay, epochs, architect: alpha, budget } = config;
  const optimizer = optim.sgd(network.weights, { lr, momentum, weightDecay });
  const { betas } = alpha;
  const architect = optim.adam(network.alphas, { lr: alpha.lr, betas, weightDecay: alpha.weightDecay });
  const recipe = recipeOf(config, train, group);
  const checkpointed = {
    ...{ kind: 'search' as const, group, sections: { network, weights: optimizer, architect }, changeable },
    ...{ recipe, firstRecipe: without(recipe, ['syncBatchNorm']) },
  };
  if (config.syncBatchNorm) synchroniseBatchNorm(network, group);
  const stepsPerEpoch = Math.min(train.batchesPerEpoch, val.batchesPerEpoch);
  const totalSteps = Math.min(config.maxSteps ?? Number.POSITIVE_INFINITY, epochs * stepsPerEpoch);
  const table = budget && costTable(network, size, priceOf(budget));
  try {
    return {
      ...checkpointed,
      ...{ network, optimizer, architect },
      objective: objectiveOf(config),
      stepsPerEpoch,
      totalSteps,
      rate: ratesOf(config, totalSteps),
      ...(budget && table && { penalty: () => budgetPenalty(network, table, budget.target, budget.weight) }),
      ...loadCheckpoint(out, checkpointed, startPosition(), { resumed, change }),
      resumed,
    };
  } catch (error) {
    disposeOf({ network, optimizer, architect });
    throw error;
  }
}

/** Frees the network and what its optimisers remember. */
export function disposeOf({ network, ...optimizers }: Pick<OpenSearch, 'network' | 'optimizer' | 'architect'>): void {
  network.dispose();
  for (const optimizer of [optimizers.optimizer, optimizers.architect])
    for (const state of optimizer.stateDict().values()) state.dispose();
}

/** What makes an operation dear. */
function priceOf({ count, table }: NonNullable<SearchConfig['budget']>): Parameters<typeof costTable>[2] {
  if (count !== 'latency') return count;
  const times = readLatencyTable(table as string); // the schema wants one
  return ({ op, channels, side }) => msOfEdge(times, op, { channels, side });
}

/**
 * What batches, shapes and updates follow from. What is derived from α, and when a collapse ends the search, is not of it; `maxSteps` is where
 * rates move by steps, and follow from how many there are.
 */
export function recipeOf(config: SearchConfig, { source }: Loader, group: ProcessGroup): Recipe {
  const { teacher, labels, lrMoves, maxSteps } = config;
  const { data, network, batch, epochs, lr, minLr, momentum, weightDecay, clip, architect, budget, seed } = config;
  return {
    data: source.name,
    images: source.length,
    classes: source.identities,
    size: data.size,
    augment: data.augment,
    ...{ network, batch: batch * group.size, epochs, lr, minLr, momentum, weightDecay, clip, architect, seed },
    ...(budget && { budget: { ...budget, ...(budget.table && { table: latencyTableDigest(budget.table) }) } }),
    ...(lrMoves && { lrMoves }),
    ...(lrMoves === 'step' && maxSteps && { maxSteps }),
    ...(labels !== undefined && { labels }),
    ...(teacher && {
      teacher: {
        ...without(teacher as unknown as Recipe, ['cache']),
        models: teacher.models.map((model) => ({ ...model, path: basename(model.path) })),
      },
    }),
    ...(config.syncBatchNorm && { syncBatchNorm: true }),
  };
}
