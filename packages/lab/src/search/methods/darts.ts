import { join } from 'node:path';
import { averageOverRanks, meanOverRanks, type ProcessGroup, type Tensor } from '@pocketnet/torch';
import { saveConfig } from '../../config/index.js';
import { outsideOf } from '../../runs/index.js';
import { isStopAsked, saveCheckpoint } from '../../runs/resumable.js';
import { countSkips } from '../../search-space/derive.js';
import { readGenotype, writeGenotype } from '../../search-space/genotype-text.js';
import { type BilevelOutcome, bilevelStep, weightStep } from '../bilevel-step.js';
import { deriveWithin, liking } from '../derive-within.js';
import { freeBatch, searchBatch } from '../halves.js';
import { heldMethod } from '../held.js';
import { isBetter, judgeOnHalf } from '../judge.js';
import { costOfCells } from '../limits.js';
import type { SearchBatch } from '../objective.js';
import { disposeOf, type OpenSearch, openSearch } from '../open-search.js';
import { readAlphas } from '../read-alphas.js';
import { entropyOf, type Found, look, SearchRecord } from '../record.js';
import type { SearchOptions, SearchResult } from '../result.js';
import type { LoadedSearch, SearchConfig } from '../schema.js';
import type { SearchMethod } from './method.js';

/**
 * Differentiable search (Liu et al. 2019; facts 1.2): weights and α learn by turns, from a half each. Writes, beside what every search does,
 * TensorBoard events, a genotype and drawings of its cells for every epoch, report.html about all of them, and checkpoint.safetensors.
 */
export const darts: SearchMethod = {
  name: 'darts',
  summary: 'mixes all operations and moves their shares by gradient',
  isHeld: (folder) => heldMethod(folder) === 'darts',
  search: searchAsRank,
  async rank({ config }, folder, genotypes) {
    const { alphas } = readAlphas(folder);
    const { nodes } = config.network;
    return genotypes.map((genotype) => {
      if (genotype.normal.length !== nodes)
        throw new Error(
          `A genotype of ${genotype.normal.length} nodes is none of this search, whose cells have ${nodes}.`,
        );
      return -liking(genotype, alphas);
    });
  },
};

async function searchAsRank(
  group: ProcessGroup,
  { config, portable }: LoadedSearch,
  resumed: boolean,
  { out, signal, change, quiet = false }: SearchOptions,
): Promise<SearchResult> {
  const isFirst = group.rank === 0;
  const run = await openSearch(config, { out, resumed, change, group, signal, quiet: quiet || !isFirst });
  const { position, totalSteps, stepsPerEpoch, halves, network } = run;
  let record: SearchRecord | undefined;
  const save = (): void =>
    outsideOf(record, () => {
      record?.sync();
      saveCheckpoint(out, run, position);
    });

  const endEpoch = async (): Promise<{ collapsed: boolean }> => {
    const epoch = position.epoch;
    const due = config.validateEvery > 0 && (epoch % config.validateEvery === 0 || epoch === config.epochs);
    network.eval();
    const score = due && isFirst ? await judgeOnHalf(network, halves, config) : undefined;
    group.barrier();
    if (score) {
      const best = { accuracy: position.best, distance: position.bestDistance };
      Object.assign(position, score);
      // Of equal ones the later: it has seen more.
      if (position.bestEpoch === 0 || !isBetter(best, score))
        Object.assign(position, { best: score.accuracy, bestDistance: score.distance, bestEpoch: epoch });
    }
    const found = look(run.network, config.derive);
    await record?.epoch(epoch, found, score);
    position.sums = { trainLoss: 0, valLoss: 0, valAccuracy: 0 };
    const collapsed = found.skips > config.collapse.skips;
    if (collapsed) record?.say(collapseText(epoch, found, config));
    else Object.assign(position, { sound: writeGenotype(found.genotype), soundAlphas: found.alphas });
    return { collapsed: collapsed && config.collapse.stop };
  };

  let [interrupted, collapsed] = [false, false];
  try {
    if (isFirst) record = new SearchRecord(out, config, run, quiet);
    if (isFirst) saveConfig(join(out, 'config.yaml'), portable);
    if (!resumed) save();
    searching: while (position.step < totalSteps) {
      await halves.targets?.beginEpoch(position.epoch);
      for await (const [train, val] of together(
        halves.train.epoch(position.epoch, position.batch),
        halves.val.epoch(position.epoch, position.batch),
      )) {
        if (position.batch >= stepsPerEpoch) break;
        const batch = {
          train: await searchBatch(train, halves.train, halves, config),
          val: await searchBatch(val, halves.val, halves, config),
        };
        const lr = run.rate(position);
        const outcome = step(run, config, lr, batch);
        train.release();
        val.release();
        position.step++;
        position.batch++;
        for (const key of ['trainLoss', 'valLoss', 'valAccuracy'] as const) position.sums[key] += outcome[key];
        record?.step(outcome, lr);
        if (position.batch === stepsPerEpoch) break;
        const done = position.step === totalSteps;
        interrupted = !done && (await isStopAsked(group, signal));
        if (position.step % config.checkpointEvery === 0 || done || interrupted) save();
        if (done || interrupted) break searching;
      }
      Object.assign(position, { epoch: position.epoch + 1, batch: 0 });
      ({ collapsed } = await endEpoch());
      save();
      if (collapsed) break;
      interrupted = position.step < totalSteps && (await isStopAsked(group, signal));
      if (interrupted) break;
    }
    return await finish(run, config, record, { interrupted, collapsed });
  } finally {
    await halves.close();
    disposeOf(run);
    record?.close();
  }
}

/** Frees the batch. */
function step(
  run: OpenSearch,
  config: SearchConfig,
  lr: number,
  batch: { train: SearchBatch; val: SearchBatch },
): BilevelOutcome {
  const { network, optimizer, architect, objective, penalty, position, group } = run;
  const { momentum, weightDecay, clip } = config;
  const { order, updates, warmupEpochs, warmupSteps = 0 } = config.architect;
  const guard = (what: string, value: number): void => {
    if (Number.isFinite(value)) return;
    throw new Error(
      `Step ${position.step + 1}: ${what} is ${value}. The last checkpoint stands. Lower the learning rate and go on: --set lr=… --resume --change lr.`,
    );
  };
  const average = (gradients: readonly Tensor[]): void => averageOverRanks(gradients, group);
  const options = {
    ...{ network, objective, optimizer, architect, order, updates, clip, guard, average },
    ...(penalty && { penalty }),
  };
  network.train();
  try {
    const rule = { lr, momentum, weightDecay };
    const warm = position.epoch < warmupEpochs || position.step < warmupSteps;
    const outcome = warm ? weightStep(options, batch, rule) : bilevelStep(options, batch, rule);
    return ofAllRanks(outcome, group);
  } finally {
    for (const half of Object.values(batch)) freeBatch(half);
  }
}

/** The gradient's norm is that of the mean gradient already. */
function ofAllRanks(own: BilevelOutcome, group: ProcessGroup): BilevelOutcome {
  const [trainLoss = 0, valLoss = 0, valAccuracy = 0] = meanOverRanks(
    [own.trainLoss, own.valLoss, own.valAccuracy],
    group,
  );
  return { ...own, trainLoss, valLoss, valAccuracy };
}

/** Two sequences side by side, as long as the shorter one. */
async function* together<A, B>(a: AsyncIterableIterator<A>, b: AsyncIterableIterator<B>): AsyncGenerator<[A, B]> {
  try {
    for (;;) {
      const [first, second] = await Promise.all([a.next(), b.next()]);
      if (first.done || second.done) return;
      yield [first.value, second.value];
    }
  } finally {
    await Promise.all([a.return?.(), b.return?.()]);
  }
}

async function finish(
  run: OpenSearch,
  config: SearchConfig,
  record: SearchRecord | undefined,
  how: { interrupted: boolean; collapsed: boolean },
): Promise<SearchResult> {
  const { step: steps, epoch: epochs, accuracy, distance, best, bestDistance, bestEpoch } = run.position;
  const { sound, soundAlphas } = run.position;
  const found = look(run.network, config.derive);
  // After a collapse the epoch before it stands, its α too.
  const { genotype: derived, alphas } =
    how.collapsed && sound !== null ? { genotype: readGenotype(sound), alphas: soundAlphas ?? found.alphas } : found;
  const chosen = how.interrupted || !config.limits ? derived : deriveWithin(derived, alphas, config);
  const genotype = writeGenotype(chosen);
  if (!how.interrupted)
    record?.genotype(
      'genotype.json',
      { genotype: chosen, alphas, skips: countSkips(chosen.normal), entropy: entropyOf(alphas) },
      {
        ...{ epochs, steps, ...(accuracy !== null && { accuracy }), ...(distance !== null && { distance }) },
        ...costOfCells(chosen, config),
      },
    );
  return { steps, epochs, genotype, accuracy, distance, best, bestDistance, bestEpoch, ...how };
}

function collapseText(epoch: number, { skips, genotype }: Found, { collapse }: SearchConfig): string {
  const counts = new Map<string, number>();
  for (const [name] of genotype.normal.flat()) counts.set(name, (counts.get(name) ?? 0) + 1);
  const list = [...counts].map(([name, times]) => `${times} × ${name}`).join(', ');
  return (
    `Warning: Epoch ${epoch}: the normal cell would hold ${skips} skip-connections, more than ${collapse.skips}: the search may be collapsing ` +
    `(derived cell: ${list}). ${collapse.stop ? 'It ends here; the genotype before stands.' : 'derive.skips limits them, collapse.stop ends the search.'}`
  );
}
