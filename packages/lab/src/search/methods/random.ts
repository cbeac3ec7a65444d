import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  averageOverRanks,
  grad,
  manualSeed,
  meanOverRanks,
  nn,
  optim,
  type ProcessGroup,
  scope,
  setThreads,
  synchroniseBatchNorm,
  type Tensor,
  usualThreads,
} from '@pocketnet/torch';
import { saveConfig } from '../../config/index.js';
import { type Recipe, startProgress, TrainingLog, without } from '../../runs/index.js';
import { isStopAsked } from '../../runs/resumable.js';
import { writeGenotype } from '../../search-space/genotype-text.js';
import { randomGenotype } from '../../search-space/random.js';
import { searchEmbedding } from '../../search-space/search-network.js';
import { type Candidate, ranked, readCandidates, writeCandidates } from '../candidates.js';
import { freeBatch, type Halves, openHalves, searchBatch } from '../halves.js';
import { heldMethod } from '../held.js';
import { judgeOnHalf } from '../judge.js';
import { costOfCells, isWithin, limitsRecipe, networkOfCells } from '../limits.js';
import { type Learner, objectiveOf } from '../objective.js';
import { ratesOf } from '../rates.js';
import { writeResult } from '../record.js';
import type { SearchOptions, SearchResult } from '../result.js';
import type { LoadedSearch, SearchConfig } from '../schema.js';
import type { SearchMethod } from './method.js';

/**
 * The baseline of architecture search (Li and Talwalkar 2019): genotypes drawn at random, within the limits, each trained from scratch for a
 * few epochs on the weights' half; the one that does best on the other half wins. Writes candidates.json beside what every search does; what
 * that holds is not done again.
 */
export const random: SearchMethod = {
  name: 'random',
  summary: 'draws cells by chance and trains each from scratch: the baseline',
  isHeld: (folder) => heldMethod(folder) === 'random',
  search: searchAsRank,
};

async function searchAsRank(
  group: ProcessGroup,
  { config, portable }: LoadedSearch,
  resumed: boolean,
  { out, change, signal, quiet = false }: SearchOptions,
): Promise<SearchResult> {
  const budget = config.random;
  if (!budget) throw new Error('random: a search by chance needs its candidates and epochs.');
  const isFirst = group.rank === 0;
  mkdirSync(out, { recursive: true });
  const halves = await openHalves(config, { out, resumed, group, quiet: quiet || !isFirst, signal });
  let log: TrainingLog | undefined;
  let progress: ReturnType<typeof startProgress> | undefined;
  try {
    const { length: images, identities: classes } = halves.train.source;
    const limits = config.limits && limitsRecipe(config);
    const recipe = recipeOf({ images, classes, ...config, limits, batch: config.batch * group.size });
    const candidates = resumed ? readCandidates(out, recipe, { change, earlier: earlier(images, classes) }) : [];
    setThreads(config.threads ?? usualThreads());
    const stepsEach = budget.epochs * halves.train.batchesPerEpoch;
    const total = budget.candidates * stepsEach;
    const label = config.name ?? 'random search';
    log = isFirst ? new TrainingLog(join(out, 'training.log')) : undefined;
    if (isFirst && !quiet)
      progress = startProgress({ label, total, start: candidates.length * stepsEach, unit: 'steps' });
    if (isFirst) saveConfig(join(out, 'config.yaml'), portable);
    let interrupted = false;
    for (const seed of seedsWithin(config, budget.candidates).slice(candidates.length)) {
      const done = candidates.length * stepsEach;
      const found = await tryCandidate(seed, halves, config, {
        ...{ group, epochs: budget.epochs },
        onStep: (step, loss) => {
          progress?.update(done + step, { loss });
          return isStopAsked(group, signal);
        },
      });
      interrupted = found === undefined;
      if (!found) break;
      candidates.push(found);
      log?.message(`random:${seed} reaches ${scoreText(found)}: ${found.genotype}`);
      if (isFirst) writeCandidates(out, recipe, candidates);
    }
    const sorted = ranked(candidates);
    const [best] = sorted;
    if (isFirst && best && !interrupted) {
      const { seed, genotype, ...scores } = best;
      const { network, data } = config;
      await writeResult(out, {
        genotype,
        recipe: { network, data: halves.train.source.name, seed },
        ...{ options: { size: data.size, random: budget }, scores },
      });
    }
    return {
      ...{ steps: candidates.length * stepsEach, epochs: budget.epochs, genotype: best?.genotype ?? '' },
      ...{ accuracy: best?.accuracy ?? null, best: best?.accuracy ?? null },
      ...{ distance: best?.distance ?? null, bestDistance: best?.distance ?? null, bestEpoch: budget.epochs },
      ...{ collapsed: false, interrupted, candidates: sorted },
    };
  } finally {
    await halves.close();
    progress?.finish();
    log?.close();
  }
}

/** The seed of the k-th candidate: searches of other seeds draw others. */
const candidateSeed = (seed: number, k: number): number => seed * 2 ** 16 + k + 1;

/** Seeds of the first candidates whose cells are within the limits. @throws an Error where hardly any are */
function seedsWithin(config: SearchConfig, wanted: number): number[] {
  const seeds: number[] = [];
  for (let k = 0; seeds.length < wanted; k++) {
    if (k >= 2 ** 16 - 1)
      throw new Error('Too few genotypes by chance are within the limits of the search: widen them.');
    const seed = candidateSeed(config.seed, k);
    if (!config.limits || isWithin(costOfCells(randomGenotype(seed, config.network.nodes), config), config))
      seeds.push(seed);
  }
  return seeds;
}

const scoreText = ({ accuracy, distance }: Candidate): string =>
  [
    ...(accuracy === null ? [] : [`${(100 * accuracy).toFixed(2)} %`]),
    ...(distance === null ? [] : [`a distance of ${distance.toFixed(4)}`]),
  ].join(', ');

/** A configuration without what changes no candidate (the device is another GPU in every process), nor those that are drawn first. */
const recipeOf = (config: Recipe): Recipe =>
  without(config, [
    ...['name', 'threads', 'device', 'logEvery', 'checkpointEvery', 'validateEvery'],
    ...['data.workers', 'data.onBadImage', 'teacher.cache', 'singlePath'],
  ]);

/** What searches before December 2026 did not count, as it was then. */
const earlier = (images: number, classes: number): Recipe => ({ images, classes, method: random.name, teacher: null });

interface Trial {
  group: ProcessGroup;
  epochs: number;
  /** Called after each step, with the number of those done; true ends the trial without a result. */
  onStep: (step: number, loss: number) => Promise<boolean>;
}

/** Trains the network of one random genotype by the search's own rule for weights. */
async function tryCandidate(
  seed: number,
  halves: Halves,
  config: SearchConfig,
  { group, epochs, onStep }: Trial,
): Promise<Candidate | undefined> {
  const begun = performance.now();
  const { lr, momentum, weightDecay, clip, device } = config;
  const genotype = randomGenotype(seed, config.network.nodes);
  const { parameters, flops, ms } = costOfCells(genotype, config);
  manualSeed(seed);
  const backbone = networkOfCells(genotype, config);
  const classifier = halves.classes > 0 ? new nn.Linear(searchEmbedding, halves.classes) : null;
  for (const module of [backbone, classifier]) module?.to({ device });
  const learner: Learner = { embed: (images) => backbone.forward(images), classifier };
  const network = new nn.Sequential(backbone, ...(classifier ? [classifier] : []));
  if (config.syncBatchNorm) synchroniseBatchNorm(network, group);
  const weights = network.parameters();
  const optimizer = optim.sgd(weights, { lr, momentum, weightDecay });
  const rate = ratesOf({ ...config, epochs }, epochs * halves.train.batchesPerEpoch);
  const objective = objectiveOf(config);
  let steps = 0;
  try {
    network.train();
    for (let epoch = 0; epoch < epochs; epoch++) {
      await halves.targets?.beginEpoch(epoch);
      for await (const loaded of halves.train.epoch(epoch)) {
        for (const parameters of optimizer.groups) parameters.lr = rate({ epoch, step: steps });
        const batch = await searchBatch(loaded, halves.train, halves, config);
        const loss = scope(() => {
          const { loss: value } = objective(learner, batch);
          const slopes = grad(value, weights) as Tensor[]; // each takes part
          averageOverRanks(slopes, group);
          for (const [i, weight] of weights.entries()) weight.grad = slopes[i] as Tensor;
          optim.clipGradNorm(weights, clip);
          optimizer.step();
          optimizer.zeroGrad();
          return value.item();
        });
        freeBatch(batch);
        loaded.release();
        if (!Number.isFinite(loss))
          throw new Error(`random:${seed}, step ${steps + 1}: the loss is ${loss}. Lower lr.`);
        if (await onStep(++steps, loss)) return undefined;
      }
    }
    network.eval();
    const own = group.rank === 0 ? await judgeOnHalf(learner, halves, config) : { accuracy: 0, distance: 0 };
    // The mean over the processes, of which all but the first have 0.
    const [accuracy = 0, distance = 0] = meanOverRanks([own.accuracy ?? 0, own.distance ?? 0], group).map(
      (mean) => mean * group.size,
    );
    return {
      ...{ seed, genotype: writeGenotype(genotype), parameters, flops, ...(ms !== undefined && { ms }) },
      ...{ accuracy: classifier ? accuracy : null, distance: halves.targets ? distance : null },
      seconds: (performance.now() - begun) / 1000,
    };
  } finally {
    network.dispose();
    for (const state of optimizer.stateDict().values()) state.dispose();
  }
}
