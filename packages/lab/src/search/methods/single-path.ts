import { join } from 'node:path';
import {
  averageOverRanks,
  copyFromFirst,
  joinProcessGroup,
  manualSeed,
  meanOverRanks,
  optim,
  type ProcessGroup,
  setThreads,
  synchroniseBatchNorm,
  usualThreads,
} from '@pocketnet/torch';
import { saveConfig } from '../../config/index.js';
import { outsideOf, startProgress } from '../../runs/index.js';
import { type Checkpointed, isStopAsked, loadCheckpoint, saveCheckpoint } from '../../runs/resumable.js';
import { fairPath } from '../../search-space/fair-paths.js';
import type { Genotype } from '../../search-space/genotype.js';
import { readGenotype, writeGenotype } from '../../search-space/genotype-text.js';
import { SearchNet } from '../../search-space/search-network.js';
import { type Candidate, forgetCandidates, ranked, readCandidates, writeCandidates } from '../candidates.js';
import { evolve } from '../evolution.js';
import { examined } from '../examined.js';
import { freeBatch, type Halves, openHalves, searchBatch } from '../halves.js';
import { heldMethod } from '../held.js';
import { costOfCells, isWithin, limitsRecipe } from '../limits.js';
import { objectiveOf } from '../objective.js';
import { recipeOf } from '../open-search.js';
import { pathStep } from '../path-step.js';
import { ratesOf } from '../rates.js';
import { writeResult } from '../record.js';
import type { SearchOptions, SearchResult } from '../result.js';
import type { LoadedSearch, SearchConfig } from '../schema.js';
import { WeightsRecord } from '../weights-record.js';
import type { SearchMethod } from './method.js';

/**
 * One shared network of all operations, whose weights learn along one path a step, drawn evenly; then the best genotype within hard limits by
 * evolution, each candidate judged by the shared weights on the half that they have not seen (Guo et al. 2020, arXiv 1904.00420; Chu et al.
 * 2021, arXiv 1907.01845). Writes candidates.json beside what every search does.
 */
export const singlePath: SearchMethod = {
  name: 'single-path',
  summary: 'trains one path of a shared network a step, then looks for the best one by evolution',
  isHeld: (folder) => heldMethod(folder) === 'single-path',
  search: searchAsRank,
  rank: rankByPaths,
};

async function searchAsRank(
  group: ProcessGroup,
  loaded: LoadedSearch,
  resumed: boolean,
  options: SearchOptions,
): Promise<SearchResult> {
  const { config } = loaded;
  const quiet = group.rank !== 0 || (options.quiet ?? false);
  const { out, change, signal } = options;
  const halves = await openHalves(config, { out, resumed, group, quiet, signal });
  let run: OpenPaths | undefined;
  try {
    run = openPaths(config, halves, { out, resumed, change, group });
    if (group.rank === 0) saveConfig(join(out, 'config.yaml'), loaded.portable);
    const interrupted = await trainPaths(run, config, halves, { ...options, quiet, resumed });
    const tried = interrupted ? [] : await tryPaths(run, config, halves, { ...options, quiet });
    const { step: steps, epoch: epochs } = run.position;
    const done = !interrupted && tried !== undefined;
    const candidates = ranked(tried ?? []);
    const [best] = candidates;
    if (done && best && group.rank === 0) {
      const { genotype, seconds: _, ...scores } = best;
      await writeResult(out, {
        genotype,
        recipe: run.recipe,
        options: { singlePath: config.singlePath },
        scores: { epochs, steps, ...scores },
      });
    }
    return {
      ...{ steps, epochs, genotype: best?.genotype ?? '', collapsed: false, interrupted: !done },
      ...{ accuracy: best?.accuracy ?? null, best: best?.accuracy ?? null },
      ...{ distance: best?.distance ?? null, bestDistance: best?.distance ?? null, bestEpoch: epochs },
      ...(done && { candidates }),
    };
  } finally {
    await halves.close();
    disposeOf(run);
  }
}

/** Where the shared network's training stands. */
interface PathsPosition {
  step: number;
  epoch: number;
  batch: number;
}

interface OpenPaths extends Checkpointed {
  net: SearchNet;
  optimizer: optim.Optimizer;
  totalSteps: number;
  position: PathsPosition;
  changed: readonly string[];
}

const changeable = ['lr', 'minLr', 'epochs', 'maxSteps', 'momentum', 'weightDecay', 'clip'];

function openPaths(
  config: SearchConfig,
  { train, classes }: Halves,
  { out, group, ...how }: { out: string; resumed: boolean; change: readonly string[] | undefined; group: ProcessGroup },
): OpenPaths {
  setThreads(config.threads ?? usualThreads());
  manualSeed(config.seed);
  const net = new SearchNet({ ...config.network, classes, input: config.data.size }).to({ device: config.device });
  copyFromFirst([net], group);
  const { lr, momentum, weightDecay, epochs, maxSteps = Number.POSITIVE_INFINITY } = config;
  const optimizer = optim.sgd(net.parameters(), { lr, momentum, weightDecay });
  const recipe = { method: singlePath.name, ...recipeOf(config, train, group) };
  const checkpointed: Checkpointed = {
    ...{ kind: 'search', group, sections: { network: net, weights: optimizer }, changeable },
    ...{ recipe, firstRecipe: recipe },
  };
  if (config.syncBatchNorm) synchroniseBatchNorm(net, group);
  const start: PathsPosition = { step: 0, epoch: 0, batch: 0 };
  const totalSteps = Math.min(maxSteps, epochs * train.batchesPerEpoch);
  try {
    return { ...checkpointed, net, optimizer, totalSteps, ...loadCheckpoint(out, checkpointed, start, how) };
  } catch (error) {
    disposeOf({ net, optimizer });
    throw error;
  }
}

/** @returns whether it was interrupted */
async function trainPaths(
  run: OpenPaths,
  config: SearchConfig,
  halves: Halves,
  { out, signal, quiet, resumed }: SearchOptions & { resumed: boolean },
): Promise<boolean> {
  const { net, optimizer, position, totalSteps, group } = run;
  const { clip, seed, network } = config;
  const about = { label: config.name ?? 'single-path search', source: halves.train.source };
  const record =
    group.rank === 0 ? new WeightsRecord(out, config, { ...run, resumed, quiet: quiet ?? false, ...about }) : undefined;
  const rateAt = ratesOf(config, totalSteps);
  const objective = objectiveOf(config);
  const average = (gradients: Parameters<typeof averageOverRanks>[0]): void => averageOverRanks(gradients, group);
  const save = (): void =>
    outsideOf(record, () => {
      record?.sync();
      saveCheckpoint(out, run, position);
    });
  try {
    if (!resumed) save();
    if (group.rank === 0 && position.step < totalSteps) forgetCandidates(out);
    net.train();
    while (position.step < totalSteps) {
      await halves.targets?.beginEpoch(position.epoch);
      for await (const images of halves.train.epoch(position.epoch, position.batch)) {
        const batch = await searchBatch(images, halves.train, halves, config);
        const rate = rateAt(position);
        const path = fairPath(seed, position.step, network.nodes);
        const { loss, gradNorm } = pathStep({ net, optimizer, objective, clip, average }, path, batch, rate);
        freeBatch(batch);
        images.release();
        const [mean = loss] = meanOverRanks([loss], group);
        for (const value of [mean, gradNorm])
          if (!Number.isFinite(value))
            throw new Error(
              `Step ${position.step + 1}: the loss is ${mean}, its gradient's norm ${gradNorm}. Lower lr.`,
            );
        position.step++;
        position.batch++;
        if (position.batch === halves.train.batchesPerEpoch)
          Object.assign(position, { epoch: position.epoch + 1, batch: 0 });
        record?.step({ loss: mean, gradNorm }, rate);
        const done = position.step === totalSteps;
        const interrupted = !done && (await isStopAsked(group, signal));
        if (position.step % config.checkpointEvery === 0 || done || interrupted) save();
        if (interrupted) return true;
        if (done || position.batch === 0) break;
      }
    }
    return false;
  } finally {
    record?.close();
  }
}

/** The scores of genotypes by the shared network: their distances, or shares that are classified wrongly. */
async function rankByPaths(
  { config }: LoadedSearch,
  folder: string,
  genotypes: readonly Genotype[],
): Promise<number[]> {
  const group = joinProcessGroup({ device: config.device });
  const halves = await openHalves(config, { out: folder, resumed: true, group, quiet: true });
  let run: OpenPaths | undefined;
  try {
    run = openPaths(config, halves, { out: folder, resumed: true, change: changeable, group }); // nothing is trained
    const { net } = run;
    return await examined(halves, config, async (ask) => {
      const scores: number[] = [];
      for (const genotype of genotypes) {
        const { distance, accuracy } = await ask(net, genotype);
        scores.push(distance ?? 1 - (accuracy ?? 0));
      }
      return scores;
    });
  } finally {
    await halves.close();
    disposeOf(run);
    group.close();
  }
}

function disposeOf(run: Pick<OpenPaths, 'net' | 'optimizer'> | undefined): void {
  run?.net.dispose();
  for (const state of run?.optimizer.stateDict().values() ?? []) state.dispose();
}

/** @returns what was tried; undefined where it was interrupted */
async function tryPaths(
  run: OpenPaths,
  config: SearchConfig,
  halves: Halves,
  { out, change, signal, quiet }: SearchOptions,
): Promise<Candidate[] | undefined> {
  const { net, group } = run;
  const { population, generations, parents, mutation } = config.singlePath;
  const recipe = {
    ...run.recipe,
    limits: limitsRecipe(config),
    measured: config.data.measured,
    singlePath: config.singlePath,
  };
  const known = new Map(readCandidates(out, recipe, { change, changeable }).map((each) => [each.genotype, each]));
  const tried: Candidate[] = [];
  const progress = quiet
    ? undefined
    : startProgress({ label: 'evolution', total: population * generations, start: 0, unit: 'candidates' });
  try {
    return await examined(halves, config, async (ask) => {
      const judged = async (genotype: Genotype): Promise<Candidate> => {
        const begun = performance.now();
        const score = await ask(net, genotype);
        const { parameters, flops, ms } = costOfCells(genotype, config);
        const cost = { parameters, flops, ...(ms !== undefined && { ms }) };
        return {
          ...{ genotype: writeGenotype(genotype), ...score, ...cost },
          seconds: (performance.now() - begun) / 1000,
        };
      };
      let interrupted = false;
      await evolve(
        {
          ...{ nodes: config.network.nodes, population, generations, parents, mutation, seed: config.seed },
          fits: (genotype) => isWithin(costOfCells(genotype, config), config),
        },
        async (genotype) => {
          tried.push(known.get(writeGenotype(genotype)) ?? (await judged(genotype)));
          progress?.update(tried.length, { best: ranked(tried)[0]?.distance ?? ranked(tried)[0]?.accuracy ?? 0 });
          if (group.rank === 0 && tried.length >= known.size) writeCandidates(out, recipe, tried);
          interrupted = await isStopAsked(group, signal);
          return !interrupted;
        },
        (count) =>
          ranked(tried)
            .slice(0, count)
            .map(({ genotype }) => readGenotype(genotype)),
      );
      return interrupted ? undefined : tried;
    });
  } finally {
    progress?.finish();
  }
}
