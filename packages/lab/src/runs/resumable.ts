import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { Owner } from '@pocketnet/files/node';
import {
  joinProcessGroup,
  loadTensors,
  onAnyRank,
  ops,
  type ProcessGroup,
  randomState,
  saveTensors,
  scope,
  setRandomState,
  type Tensor,
} from '@pocketnet/torch';
import { type Recipe, refuseOther } from './recipe.js';

/** What whoever starts long work says of it. */
export interface ResumableOptions {
  /** The work's folder. */
  out: string;
  /** Go on from the folder's checkpoint; without one, start. */
  resume?: boolean;
  /** Keys of the recipe that may differ from what the folder was begun with, such as `lr`. */
  change?: readonly string[];
  /** Ends the work after the step at hand, with a checkpoint. */
  signal?: AbortSignal;
  /** Silences the progress line. */
  quiet?: boolean;
}

/**
 * Does work that its folder can be resumed from: by one process, or by all that the environment names (docs/distributed.md).
 *
 * @param what the folder holds then: `run`, `search`
 * @param work gets the processes, the configuration with this process' device, and whether the folder holds such work to go on with
 * @param isHeld tells whether it does
 * @throws an Error when it does and nobody asked to go on, or when other processes are at work in the folder
 */
export async function resumable<L extends { config: { device: string } }, T>(
  what: string,
  loaded: L,
  options: ResumableOptions,
  work: (group: ProcessGroup, loaded: L, resumed: boolean, options: ResumableOptions) => Promise<T>,
  isHeld = hasCheckpoint,
): Promise<T> {
  const resumed = isHeld(options.out); // asked before the processes meet, hence before the first one writes
  if (resumed && !options.resume)
    throw new Error(`${options.out} holds a ${what} already: pass --resume to go on with it, or name another folder.`);
  const group = joinProcessGroup({ device: loaded.config.device });
  let owner: Owner | undefined;
  try {
    if (group.rank === 0) owner = await claimed(options.out, what);
    const config = { ...loaded.config, device: group.device }; // 'cuda' is another GPU in every process
    const result = await work(group, { ...loaded, config }, resumed, options);
    group.barrier();
    return result;
  } finally {
    await owner?.release();
    group.close();
  }
}

/** Two that go on with one folder would each write over the other's checkpoint. */
function claimed(folder: string, what: string): Promise<Owner> {
  mkdirSync(dirname(resolve(folder)), { recursive: true });
  return Owner.claim(resolve(folder), what);
}

/** Whether any process is asked to stop. All of them ask after every step: a collective operation. */
export async function isStopAsked(group: ProcessGroup, signal: AbortSignal | undefined): Promise<boolean> {
  await setImmediate(); // batches that are ready follow one another without it, and no Ctrl-C would ever come in
  return onAnyRank(group, signal?.aborted ?? false);
}

export const checkpointFile = (folder: string): string => join(folder, 'checkpoint.safetensors');

export const hasCheckpoint = (folder: string): boolean => existsSync(checkpointFile(folder));

/** What a section of a checkpoint is taken from and put back into: a module, an optimiser. */
export interface Stateful {
  stateDict(): ReadonlyMap<string, Tensor>;
  loadStateDict(state: ReadonlyMap<string, Tensor>): void;
}

/** Work that has checkpoints. */
export interface Checkpointed {
  kind: 'training' | 'search';
  /** The processes that do it together. */
  group: ProcessGroup;
  sections: Readonly<Record<string, Stateful>>;
  /** All that its numbers follow from: resumed with another, it would go on as something else. */
  recipe: Recipe;
  /** The recipe as checkpoints have it that name no format (those of before December 2026). */
  firstRecipe: Recipe;
  /** Keys of the recipe that may be changed by name. */
  changeable: readonly string[];
}

/**
 * One file, so that it is whole or old: the sections' tensors as `section.name`, the random states as `random.cpu`, kind, recipe and position.
 * All processes call it, the first writes.
 * @param position where the work stands, as JSON can hold it
 */
export function saveCheckpoint(
  folder: string,
  { kind, group, sections, recipe }: Checkpointed,
  position: object,
): void {
  scope(() => {
    const tensors = new Map(
      Object.entries(sections).flatMap(([section, part]) =>
        Array.from(part.stateDict(), ([name, tensor]): [string, Tensor] => [`${section}.${name}`, tensor]),
      ),
    );
    tensors.set('random.cpu', randomStates(group));
    const metadata = { kind, format: '2', position: JSON.stringify(position), recipe: JSON.stringify(recipe) };
    if (group.rank === 0) saveTensors(checkpointFile(folder), tensors, metadata);
  });
}

/**
 * Puts a folder's checkpoint back into the sections and the random state, if the work is resumed.
 *
 * @param start the position of work that has not begun: what an older checkpoint did not count is as there
 * @param change keys of the recipe that may differ from the checkpoint's
 * @returns where the work stands, and the differences from its recipe
 * @throws an Error that names the file when it is of other work, and says in what
 */
export function loadCheckpoint<P extends object>(
  folder: string,
  { kind, group, sections, recipe, firstRecipe, changeable }: Checkpointed,
  start: P,
  { resumed, change }: { resumed: boolean; change?: readonly string[] | undefined },
): { position: P; changed: string[] } {
  if (!resumed) return { position: start, changed: [] };
  const path = checkpointFile(folder);
  return scope(() => {
    const { tensors, metadata } = loadTensors(path);
    const random = tensors.get('random.cpu');
    // The first format's trainings name no kind.
    if (!random || metadata.position === undefined || (metadata.kind ?? 'training') !== kind)
      throw new Error(`${path} is no checkpoint of a ${kind}.`);
    const now = metadata.format === undefined ? firstRecipe : recipe;
    const before: Recipe = metadata.recipe === undefined ? now : JSON.parse(metadata.recipe);
    const changed = refuseOther(folder, kind, before, now, changeable, change);
    for (const [section, part] of Object.entries(sections)) {
      const inside = Array.from(tensors).filter(([name]) => name.startsWith(`${section}.`));
      part.loadStateDict(new Map(inside.map(([name, tensor]) => [name.slice(section.length + 1), tensor])));
    }
    setRandomState(ownState(random, group));
    return { position: { ...start, ...(JSON.parse(metadata.position) as P) }, changed };
  });
}

/** Of all processes, [processes, bytes]: heads that sample their classes draw on each as they need. */
function randomStates(group: ProcessGroup): Tensor {
  const row = ops.reshape(randomState(), [1, -1]);
  return ops.toDevice(group.allGather(ops.toDevice(row, group.device, 'uint8')), 'cpu', 'uint8');
}

/** This process's; the first one's where the work goes on with other processes than it had. */
function ownState(states: Tensor, { rank, size }: ProcessGroup): Tensor {
  const rows = ops.reshape(states, [-1, randomState().size]);
  const row = rows.shape[0] === size ? rank : 0;
  return ops.clone(ops.reshape(ops.slice(rows, 0, row, row + 1), [-1]), 'contiguous_format');
}
