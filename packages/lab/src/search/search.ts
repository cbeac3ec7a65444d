import { join } from 'node:path';
import type { Batch } from '@pocketnet/data';
import { averageOverRanks, meanOverRanks, type ProcessGroup, type Tensor } from '@pocketnet/torch';
import { saveConfig } from '../config/index.js';
import { outsideOf } from '../runs/index.js';
import { hasCheckpoint, isStopAsked, resumable, saveCheckpoint } from '../runs/resumable.js';
import { writeGenotype } from '../search-space/genotype-text.js';
import { type BilevelOutcome, bilevelStep, weightStep } from './bilevel-step.js';
import { accuracyOn, labelled } from './halves.js';
import { type OpenSearch, openSearch } from './open-search.js';
import { hasRandomSearch, randomSearch } from './random-search.js';
import { type Found, look, SearchRecord } from './record.js';
import type { SearchOptions, SearchResult } from './result.js';
import type { LoadedSearch, SearchConfig } from './schema.js';

/**
 * Searches cells as a configuration says (facts 1.2). Writes into the folder: config.yaml, training.log, metrics.jsonl, TensorBoard events,
 * a genotype and drawings of its cells for every epoch, report.html about all of them, genotype.json at the end, and checkpoint.safetensors, from which a killed
 * search resumes to the same numbers.
 *
 * Where the environment says that this is one of several processes (docs/distributed.md), they search together: each on its part of every
 * step's images, with the mean of their gradients of weights and of α. The first one measures and writes.
 */
export async function search(loaded: LoadedSearch, options: SearchOptions): Promise<SearchResult> {
  const { random } = loaded.config;
  const [held, wanted] = random ? ['by gradient', 'at random'] : ['at random', 'by gradient'];
  if ((random ? hasCheckpoint : hasRandomSearch)(options.out))
    throw new Error(`${options.out} holds a search ${held}, and this one is ${wanted}: name another folder.`);
  if (!random) return resumable('search', loaded, options, searchAsRank);
  return resumable(
    'search',
    loaded,
    options,
    (group, here, ...rest) => randomSearch(group, here, random, ...rest),
    hasRandomSearch,
  );
}

async function searchAsRank(
  group: ProcessGroup,
  { config, portable }: LoadedSearch,
  resumed: boolean,
  { out, signal, change, quiet = false }: SearchOptions,
): Promise<SearchResult> {
  const isFirst = group.rank === 0;
  const run = await openSearch(config, { out, resumed, change, group });
  const { position, totalSteps, stepsPerEpoch, halves, network } = run;
  const record = isFirst ? new SearchRecord(out, config, run, quiet) : undefined;
  if (isFirst) saveConfig(join(out, 'config.yaml'), portable);
  const save = (): void =>
    outsideOf(record, () => {
      record?.sync();
      saveCheckpoint(out, run, position);
    });

  const endEpoch = async (): Promise<{ collapsed: boolean }> => {
    const epoch = position.epoch;
    const due = config.validateEvery > 0 && (epoch % config.validateEvery === 0 || epoch === config.epochs);
    network.eval();
    const accuracy = due && isFirst ? await accuracyOn(halves, config, (images) => network.forward(images)) : null;
    group.barrier();
    if (accuracy !== null) {
      position.accuracy = accuracy;
      // Of equal ones the later: it has seen more.
      if (accuracy >= (position.best ?? 0)) Object.assign(position, { best: accuracy, bestEpoch: epoch });
    }
    const found = look(run.network, config.derive);
    await record?.epoch(epoch, found, accuracy);
    position.sums = { trainLoss: 0, valLoss: 0, valAccuracy: 0 };
    const collapsed = found.skips > config.collapse.skips;
    if (collapsed) record?.say(collapseText(epoch, found, config));
    else position.sound = writeGenotype(found.genotype);
    return { collapsed: collapsed && config.collapse.stop };
  };

  let [interrupted, collapsed] = [false, false];
  try {
    if (!resumed) save();
    searching: while (position.step < totalSteps) {
      const lr = run.rate(position.epoch);
      for await (const [train, val] of together(
        halves.train.epoch(position.epoch, position.batch),
        halves.val.epoch(position.epoch, position.batch),
      )) {
        if (position.batch >= stepsPerEpoch) break;
        const outcome = step(run, config, lr, train, val);
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
    return finish(run, config, record, { interrupted, collapsed });
  } finally {
    await halves.close();
    network.dispose();
    for (const { stateDict } of [run.optimizer, run.architect])
      for (const state of stateDict().values()) state.dispose();
    record?.close();
  }
}

function step(run: OpenSearch, config: SearchConfig, lr: number, train: Batch, val: Batch): BilevelOutcome {
  const { network, optimizer, architect, penalty, position, group } = run;
  const { momentum, weightDecay, clip } = config;
  const { order, updates, warmupEpochs } = config.architect;
  const guard = (what: string, value: number): void => {
    if (Number.isFinite(value)) return;
    throw new Error(
      `Step ${position.step + 1}: ${what} is ${value}. The last checkpoint stands. Lower the learning rate and go on: --set lr=… --resume --change lr.`,
    );
  };
  const average = (gradients: readonly Tensor[]): void => averageOverRanks(gradients, group);
  const options = { network, optimizer, architect, order, updates, clip, guard, average, ...(penalty && { penalty }) };
  const tensors = { train: labelled(train, config), val: labelled(val, config) };
  network.train();
  try {
    const rule = { lr, momentum, weightDecay };
    const warm = position.epoch < warmupEpochs;
    const outcome = warm ? weightStep(options, tensors, rule) : bilevelStep(options, tensors, rule);
    return ofAllRanks(outcome, group);
  } finally {
    for (const { images, labels } of Object.values(tensors)) for (const made of [images, labels]) made.dispose();
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

function finish(
  run: OpenSearch,
  config: SearchConfig,
  record: SearchRecord | undefined,
  how: { interrupted: boolean; collapsed: boolean },
): SearchResult {
  const { step: steps, epoch: epochs, accuracy, best, bestEpoch, sound } = run.position;
  const found = look(run.network, config.derive);
  const genotype = how.collapsed && sound !== null ? sound : writeGenotype(found.genotype);
  if (!how.interrupted)
    record?.genotype('genotype.json', found, { epochs, steps, ...(accuracy !== null && { accuracy }) }, genotype);
  return { steps, epochs, genotype, accuracy, best, bestEpoch, ...how };
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
