import { basename } from 'node:path';
import { createLoader, joinLocations } from '@pocketnet/data';
import {
  type DataParallel,
  dataParallel,
  manualSeed,
  nn,
  type optim,
  type ProcessGroup,
  setThreads,
  synchroniseBatchNorm,
  usualThreads,
} from '@pocketnet/torch';
import { createResidentLoader, type FaceLoader } from '../batches/index.js';
import type { ExperimentConfig } from '../config/index.js';
import { distillationLosses, openTargets, type Targets } from '../distill/index.js';
import type { Embedder } from '../embedders/embedder.js';
import { networkEmbedder } from '../embedders/network.js';
import { buildHead, type Head, heads } from '../heads/index.js';
import { findNetwork, startFrom } from '../networks/index.js';
import { recipeDigest } from '../runs/index.js';
import { type Checkpointed, loadCheckpoint } from '../runs/resumable.js';
import { writeGenotype } from '../search-space/genotype-text.js';
import { buildBackbone } from './backbone.js';
import { type Position, type RunParts, sectionsOf, startPosition } from './checkpoint.js';
import { type HeldOut, openHeldOut } from './held-out.js';
import { headTerm, type LossTerm, relationTerm, teacherTerm } from './objective.js';
import { baseLearningRate, buildOptimizers, buildSchedule } from './optimizers.js';
import { changeable, firstRecipe, recipeOf } from './recipe.js';
import { openValidation, type ValidationSet } from './validation.js';
import { WeightAverage } from './weight-average.js';

/** All that a run works with, ready for its next step. */
export interface OpenRun extends Checkpointed, RunParts {
  loader: FaceLoader;
  validation: ValidationSet[];
  /** Faces that are not trained on, where there are some, in the first process. */
  heldOut: HeldOut | undefined;
  totalSteps: number;
  /** The learning rate of a step. */
  rate: optim.Schedule;
  /** The same network in every process: makes their gradients one. */
  replicas: DataParallel;
  /** What the loss is the sum of. */
  terms: LossTerm[];
  /** What the teachers say of the images, where there are teachers. */
  targets: Targets | undefined;
  position: Position;
  /** How it goes on otherwise than it began, as was asked for. */
  changed: readonly string[];
  /** The backbone as an embedder, for measuring it. */
  embedder: Embedder;
  /** What the weights' files say of themselves. */
  about: Record<string, string>;
  close(): Promise<void>;
}

export interface OpenRunOptions {
  out: string;
  /** Whether the folder holds a checkpoint to go on from. */
  resumed: boolean;
  /** Keys of the recipe that may differ from the checkpoint's. */
  change?: readonly string[] | undefined;
  /** The processes that train together. */
  group: ProcessGroup;
  quiet: boolean;
  /** Stops a teacher's looking at the images, with an AbortError. */
  signal?: AbortSignal;
}

/**
 * Opens data, teachers, network, head and optimisers as a configuration says, from the folder's checkpoint if there is one.
 * @throws Errors about the configuration's data, teachers, networks and sets: before training, not in the middle of it
 */
export async function openRun(config: ExperimentConfig, options: OpenRunOptions): Promise<OpenRun> {
  const { out, resumed, group, quiet, signal } = options;
  const { size, augment, train, unlabelled } = config.data;
  const location = joinLocations({
    labelled: typeof train === 'string' ? [train] : train,
    unlabelled: unlabelled.flatMap((part) =>
      typeof part === 'string' ? [part] : Array.from({ length: part.times }, () => part.location),
    ),
  });
  const loader = await openLoader(config, location, options);
  let targets: Targets | undefined;
  let heldOut: HeldOut | undefined;
  try {
    const validation = await openValidation(config);
    const totalSteps = countSteps(config, loader.batchesPerEpoch);
    const embedding = config.embedding ?? findNetwork(config.network).embedding;
    targets = config.teacher
      ? await openTargets({
          ...config.teacher,
          project: config.teacher.project === 'learned' ? 'none' : config.teacher.project,
          student: { dimension: embedding, size },
          epochs: Math.ceil(totalSteps / loader.batchesPerEpoch),
          location,
          images: loader.source.length,
          augmentations: augment.map(({ name }) => name),
          workers: config.data.workers,
          onBadImage: config.data.onBadImage,
          device: config.device,
          quiet,
          out,
          resumed,
          group,
          ...(signal && { signal }),
        })
      : undefined;
    const epochs = Math.ceil(totalSteps / loader.batchesPerEpoch);
    if (group.rank === 0)
      heldOut = await openHeldOut(config, { dimension: embedding, epochs, out, quiet, ...(signal && { signal }) });
    const close = async (): Promise<void> => {
      await loader.close();
      await heldOut?.close();
      await targets?.close();
    };
    const model = openModel(config, { ...options, source: loader.source, totalSteps, targets });
    return { ...model, loader, validation, heldOut, targets, totalSteps, close };
  } catch (error) {
    await loader.close();
    await heldOut?.close();
    await targets?.close();
    throw error;
  }
}

function openLoader(
  { data, batch, seed, device }: ExperimentConfig,
  location: string,
  { group, quiet }: OpenRunOptions,
): Promise<FaceLoader> | FaceLoader {
  const { size, workers, augment, resident, onBadImage } = data;
  const options = { batch, size, seed, workers, augment, onBadImage, shard: group };
  return resident ? createResidentLoader(location, { ...options, device, quiet }) : createLoader(location, options);
}

function countSteps({ maxSteps, epochs }: ExperimentConfig, batchesPerEpoch: number): number {
  return Math.min(maxSteps ?? Number.POSITIVE_INFINITY, (epochs ?? Number.POSITIVE_INFINITY) * batchesPerEpoch);
}

interface Opened extends OpenRunOptions {
  source: FaceLoader['source'];
  totalSteps: number;
  targets: Targets | undefined;
}

function openModel(config: ExperimentConfig, { out, resumed, change, group, source, totalSteps, targets }: Opened) {
  const { size } = config.data;
  const { device } = config;
  setThreads(config.threads ?? usualThreads());
  manualSeed(config.seed);
  const { entry, embedding, genotype, ...built } = buildBackbone(config);
  if (config.init !== undefined && !resumed) startFrom(built.backbone, config.init);
  const backbone = built.backbone.to({ device });
  const head = openHead(config, embedding, source, targets, group)?.to({ device });
  const projector = openProjector(config, embedding, targets)?.to({ device });
  const others = [head, projector].filter((module) => module !== undefined);
  const parts = {
    backbone,
    ...(head && { head }),
    ...(projector && { projector }),
    ...(config.ema > 0 && { average: new WeightAverage(backbone, config.ema) }),
    optimizers: buildOptimizers(config, backbone, others),
  };
  const about = {
    network: entry.name,
    embedding: String(embedding),
    input: String(size),
    data: source.name,
    seed: String(config.seed),
    ...(genotype && { genotype: writeGenotype(genotype) }),
    ...(config.frame && { frame: JSON.stringify(config.frame) }),
    ...(config.init !== undefined && { init: basename(config.init) }),
    ...(config.teacher && { teacher: config.teacher.models.map(({ path }) => basename(path)).join(' + ') }),
  };
  const facts = { source, processes: group.size, totalSteps, embedding, genotype: about.genotype };
  const checkpointed = {
    ...{ kind: 'training' as const, group, sections: sectionsOf(parts, group), changeable },
    ...{ recipe: recipeOf(config, facts), firstRecipe: firstRecipe(config, about, facts) },
  };
  const { position, changed } = loadCheckpoint(out, checkpointed, startPosition(), { resumed, change });
  const shared = [...(head && !head.splitsClasses ? [head] : []), ...(projector ? [projector] : [])];
  const replicas = dataParallel([backbone, ...shared], group);
  if (config.syncBatchNorm) synchroniseBatchNorm(backbone, group);
  const factor = buildSchedule(config, totalSteps, group.size);
  const highest = baseLearningRate(config, group.size);
  return {
    ...parts,
    ...checkpointed,
    replicas,
    rate: (at: { epoch: number; step: number }) => highest * factor(at),
    terms: buildTerms(config, head, projector),
    position,
    changed,
    embedder: networkEmbedder(backbone, { name: entry.name, dimension: embedding, size, device }),
    about: { ...about, recipe: recipeDigest(checkpointed.recipe) },
  };
}

function openHead(
  { head, teacher, data }: ExperimentConfig,
  embedding: number,
  source: FaceLoader['source'],
  targets: Targets | undefined,
  group: ProcessGroup,
): Head | undefined {
  if (head === null) return undefined;
  if (source.identities < 2) {
    throw new Error(
      `${source.name} holds ${source.identities} labelled identities; a head needs 2 at least (head: null learns from a teacher alone).`,
    );
  }
  if (heads.get(head.kind)?.needsTeacher && targets && targets.dimension !== embedding) {
    throw new Error(
      `The head ${head.kind} learns from the teacher's embeddings, and these have ${targets.dimension} numbers, the student's ` +
        `${embedding}: teacher.project: pca brings them to one width.`,
    );
  }
  const built = buildHead(head, embedding, source.identities, { teacher: teacher !== null, group });
  if (built.gathersLabels && group.size > 1 && data.unlabelled.length > 0) {
    throw new Error(
      `The head ${head.kind}${built.splitsClasses ? ', sharded,' : ''} needs equally many labels in each of several processes: ` +
        'leave data.unlabelled empty.',
    );
  }
  return built;
}

function buildTerms(
  { teacher }: ExperimentConfig,
  head: Head | undefined,
  projector: nn.Linear | undefined,
): LossTerm[] {
  const terms = head ? [headTerm(head)] : [];
  if (teacher && teacher.weight > 0)
    terms.push(teacherTerm(distillationLosses[teacher.loss], teacher.weight, projector));
  if (teacher && teacher.relation > 0) terms.push(relationTerm(teacher.relation));
  return terms;
}

/** A linear map of the student's embedding onto the teacher's width, learned along with it and thrown away. */
function openProjector(
  { teacher }: ExperimentConfig,
  embedding: number,
  targets: Targets | undefined,
): nn.Linear | undefined {
  if (!teacher || !targets) return undefined;
  if (teacher.project === 'learned') return new nn.Linear(embedding, targets.dimension, { bias: false });
  if (targets.dimension === embedding) return undefined;
  throw new Error(
    `The teacher gives ${targets.dimension} numbers and the student ${embedding}: teacher.project pca or learned brings them together.`,
  );
}
