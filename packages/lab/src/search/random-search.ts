import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '@pocketnet/files/node';
import {
  averageOverRanks,
  grad,
  manualSeed,
  meanOverRanks,
  nn,
  noGrad,
  ops,
  optim,
  type ProcessGroup,
  scope,
  setThreads,
  synchroniseBatchNorm,
  type Tensor,
  usualThreads,
} from '@pocketnet/torch';
import { saveConfig } from '../config/index.js';
import { count, PocketNet } from '../networks/index.js';
import { type Recipe, refuseOther, startProgress, TrainingLog, without } from '../runs/index.js';
import { isStopAsked } from '../runs/resumable.js';
import { writeGenotype } from '../search-space/genotype-text.js';
import { randomGenotype } from '../search-space/random.js';
import { accuracyOn, type Halves, labelled, openHalves } from './halves.js';
import type { Candidate, SearchOptions, SearchResult } from './result.js';
import type { LoadedSearch, SearchConfig } from './schema.js';

/** The seed of the k-th candidate: searches of other seeds draw others. */
const candidateSeed = (seed: number, k: number): number => seed * 2 ** 16 + k + 1;

const embedding = 128;

const candidatesFile = (folder: string): string => join(folder, 'candidates.json');

export const hasRandomSearch = (folder: string): boolean => existsSync(candidatesFile(folder));

/**
 * The baseline of architecture search (Li and Talwalkar 2019): genotypes drawn at random, each trained from scratch for a few epochs on
 * the weights' half; the one that classifies the other half best wins. Writes config.yaml, training.log, candidates.json and genotype.json;
 * what candidates.json holds is not done again.
 */
export async function randomSearch(
  group: ProcessGroup,
  { config, portable }: LoadedSearch,
  budget: NonNullable<SearchConfig['random']>,
  resumed: boolean,
  { out, change, signal, quiet = false }: SearchOptions,
): Promise<SearchResult> {
  const isFirst = group.rank === 0;
  const path = candidatesFile(out);
  const halves = await openHalves(config, group);
  const { length: images, identities: classes } = halves.train.source;
  const recipe = recipeOf({ images, classes, ...config, batch: config.batch * group.size });
  let candidates: Candidate[];
  try {
    candidates = resumed ? readCandidates(out, recipe, change) : [];
  } catch (error) {
    await halves.close();
    throw error;
  }
  mkdirSync(out, { recursive: true });
  setThreads(config.threads ?? usualThreads());
  const stepsEach = budget.epochs * halves.train.batchesPerEpoch;
  const total = budget.candidates * stepsEach;
  const log = isFirst ? new TrainingLog(join(out, 'training.log')) : undefined;
  const label = config.name ?? 'random search';
  const progress =
    isFirst && !quiet
      ? startProgress({ label, total, start: candidates.length * stepsEach, unit: 'steps' })
      : undefined;
  if (isFirst) saveConfig(join(out, 'config.yaml'), portable);
  let interrupted = false;
  try {
    while (candidates.length < budget.candidates && !interrupted) {
      const done = candidates.length * stepsEach;
      const found = await tryCandidate(candidateSeed(config.seed, candidates.length), halves, config, {
        ...{ group, epochs: budget.epochs },
        onStep: (step, loss) => {
          progress?.update(done + step, { loss });
          return isStopAsked(group, signal);
        },
      });
      interrupted = found === undefined;
      if (!found) break;
      candidates.push(found);
      log?.message(`random:${found.seed} reaches ${(100 * found.accuracy).toFixed(2)} %: ${found.genotype}`);
      if (isFirst) writeFileAtomic(path, `${JSON.stringify({ recipe, candidates }, null, 1)}\n`);
    }
  } finally {
    await halves.close();
    progress?.finish();
    log?.close();
  }
  const ranked = candidates.toSorted((a, b) => b.accuracy - a.accuracy);
  const [best] = ranked;
  if (isFirst && best && !interrupted) {
    const { seed, genotype, ...scores } = best;
    const { network, data, random } = config;
    const value = {
      genotype,
      network,
      data: halves.train.source.name,
      seed,
      options: { size: data.size, random },
      scores,
    };
    writeFileAtomic(join(out, 'genotype.json'), `${JSON.stringify(value, null, 1)}\n`);
  }
  return {
    steps: candidates.length * stepsEach,
    epochs: budget.epochs,
    genotype: best?.genotype ?? '',
    accuracy: best?.accuracy ?? null,
    best: best?.accuracy ?? null,
    bestEpoch: budget.epochs,
    collapsed: false,
    interrupted,
    candidates: ranked,
  };
}

function readCandidates(folder: string, recipe: Recipe, change: readonly string[] | undefined): Candidate[] {
  const path = candidatesFile(folder);
  const before = JSON.parse(readFileSync(path, 'utf8')) as { recipe: Recipe; candidates: Candidate[] };
  // Searches before December 2026 did not count their images.
  const { images, classes } = recipe;
  refuseOther(folder, 'search', recipeOf({ images, classes, ...before.recipe }), recipe, [], change);
  return before.candidates;
}

/** A configuration without what changes no candidate (the device is another GPU in every process), nor those that are drawn first. */
const recipeOf = (config: Recipe): Recipe =>
  without(config, [
    ...['name', 'threads', 'device', 'logEvery', 'checkpointEvery', 'validateEvery'],
    ...['data.workers', 'data.onBadImage'],
  ]);

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
  const { lr, minLr, momentum, weightDecay, clip, network: shape, data, device } = config;
  const { channels, cells, nodes, stemMultiplier } = shape;
  const genotype = randomGenotype(seed, nodes);
  manualSeed(seed);
  const backbone = new PocketNet({ genotype, channels, cells, embedding, input: data.size, stemMultiplier });
  const { parameters, flops } = count(backbone, data.size);
  const classifier = new nn.Linear(embedding, halves.train.source.identities);
  const network = new nn.Sequential(backbone, classifier).to({ device });
  if (config.syncBatchNorm) synchroniseBatchNorm(network, group);
  const weights = network.parameters();
  const optimizer = optim.sgd(weights, { lr, momentum, weightDecay });
  const rate = optim.cosineSchedule(epochs, { floor: minLr / lr, per: 'epoch' });
  let steps = 0;
  try {
    network.train();
    for (let epoch = 0; epoch < epochs; epoch++) {
      for (const parameters of optimizer.groups) parameters.lr = lr * rate({ epoch, step: steps });
      for await (const batch of halves.train.epoch(epoch)) {
        const loss = scope(() => {
          const { images, labels } = labelled(batch, config);
          const value = ops.crossEntropy(network.forward(images), labels);
          const slopes = grad(value, weights) as Tensor[]; // each takes part
          averageOverRanks(slopes, group);
          for (const [i, weight] of weights.entries()) weight.grad = slopes[i] as Tensor;
          optim.clipGradNorm(weights, clip);
          optimizer.step();
          optimizer.zeroGrad();
          return value.item();
        });
        batch.release();
        if (!Number.isFinite(loss))
          throw new Error(`random:${seed}, step ${steps + 1}: the loss is ${loss}. Lower lr.`);
        if (await onStep(++steps, loss)) return undefined;
      }
    }
    network.eval();
    const own =
      group.rank === 0 ? await accuracyOn(halves, config, (images) => noGrad(() => network.forward(images))) : 0;
    const [mean = 0] = meanOverRanks([own], group); // the others' are 0
    const seconds = (performance.now() - begun) / 1000;
    return { seed, genotype: writeGenotype(genotype), accuracy: mean * group.size, parameters, flops, seconds };
  } finally {
    network.dispose();
    for (const state of optimizer.stateDict().values()) state.dispose();
  }
}
