import { availableParallelism } from 'node:os';
import { createLoader, type Loader } from '@pocketnet/data';
import { manualSeed, type optim, setThreads } from '@pocketnet/torch';
import type { ExperimentConfig } from '../config/index.js';
import type { Embedder } from '../embedders/embedder.js';
import { networkEmbedder } from '../embedders/network.js';
import { buildHead } from '../heads/index.js';
import { findNetwork } from '../networks/index.js';
import { readGenotypeFile } from '../search-space/genotype-file.js';
import { writeGenotype } from '../search-space/genotype-text.js';
import { type Checkpointed, hasCheckpoint, loadCheckpoint, type Position, startPosition } from './checkpoint.js';
import { headTerm, type LossTerm } from './objective.js';
import { buildOptimizers } from './optimizers.js';
import { buildSchedule } from './schedule.js';
import { openValidation, type ValidationSet } from './validation.js';

/** All that a run works with, ready for its next step. */
export interface OpenRun extends Checkpointed {
  loader: Loader;
  validation: ValidationSet[];
  totalSteps: number;
  schedule: optim.Schedule;
  /** What the loss is the sum of. */
  terms: LossTerm[];
  position: Position;
  /** The backbone as an embedder, for measuring it. */
  embedder: Embedder;
  /** What the weights' files say of themselves. */
  about: Record<string, string>;
  close(): Promise<void>;
}

/**
 * Opens data, network, head and optimisers as a configuration says, from the folder's checkpoint if there is one.
 * @throws Errors about the configuration's data, networks and sets: before training, not in the middle of it
 */
export async function openRun(config: ExperimentConfig, out: string): Promise<OpenRun> {
  const { size, workers, augment, train: location } = config.data;
  const loader = createLoader(location, { batch: config.batch, size, seed: config.seed, workers, augment });
  try {
    return {
      ...openModel(config, loader, out),
      loader,
      validation: await openValidation(config),
      close: () => loader.close(),
    };
  } catch (error) {
    await loader.close();
    throw error;
  }
}

function openModel(config: ExperimentConfig, { source, batchesPerEpoch }: Loader, out: string) {
  if (source.identities < 2) {
    throw new Error(`${config.data.train} holds ${source.identities} labelled identities; a head needs 2 at least.`);
  }
  const { size } = config.data;
  const { device } = config;
  setThreads(config.threads ?? availableParallelism());
  manualSeed(config.seed);
  const entry = findNetwork(config.network);
  const embedding = config.embedding ?? entry.embedding;
  const genotype = config.genotype === undefined ? undefined : readGenotypeFile(config.genotype);
  const backbone = entry.build({ input: size, embedding, ...(genotype && { genotype }) }).to({ device });
  const head = buildHead(config.head, embedding, source.identities).to({ device });
  const parts = { backbone, head, optimizers: buildOptimizers(config, backbone, head) };
  const [maxSteps, epochs] = [config.maxSteps ?? Number.POSITIVE_INFINITY, config.epochs ?? Number.POSITIVE_INFINITY];
  const totalSteps = Math.min(maxSteps, epochs * batchesPerEpoch);
  const about = {
    network: entry.name,
    embedding: String(embedding),
    input: String(size),
    data: source.name,
    seed: String(config.seed),
    ...(genotype && { genotype: writeGenotype(genotype) }),
  };
  // What the batches and the shapes follow from: a resumed run must have the same, or it would go on with something else.
  const recipe = {
    ...about,
    images: source.length,
    identities: source.identities,
    batch: config.batch,
    augment: config.data.augment,
    head: config.head.kind,
  };
  return {
    ...parts,
    recipe,
    totalSteps,
    schedule: buildSchedule(config, totalSteps),
    terms: [headTerm(head)],
    position: hasCheckpoint(out) ? loadCheckpoint(out, { ...parts, recipe }) : startPosition(),
    embedder: networkEmbedder(backbone, { name: entry.name, dimension: embedding, size, device }),
    about,
  };
}
