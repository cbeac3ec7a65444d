import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import {
  joinProcessGroup,
  loadTensors,
  onAnyRank,
  type ProcessGroup,
  saveTensors,
  scope,
  type Tensor,
} from '@pocketnet/torch';
import { type Changes, type Recipe, refuseOther } from './recipe.js';

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
 * @param work gets the processes, and whether the folder holds a checkpoint to go on from
 * @throws an Error when the folder holds a checkpoint and nobody asked to go on
 */
export async function resumable<T>(
  what: string,
  device: string,
  { out, resume = false }: ResumableOptions,
  work: (group: ProcessGroup, resumed: boolean) => Promise<T>,
): Promise<T> {
  const resumed = hasCheckpoint(out); // asked before the processes meet, hence before the first one writes
  if (resumed && !resume) refuseHeld(out, what);
  const group = joinProcessGroup({ device });
  try {
    const result = await work(group, resumed);
    group.barrier();
    return result;
  } finally {
    group.close();
  }
}

export function refuseHeld(folder: string, what: string): never {
  throw new Error(`${folder} holds a ${what} already: pass --resume to go on with it, or name another folder.`);
}

/** Whether any process is asked to stop. All of them ask after every step: a collective operation. */
export async function isStopAsked(group: ProcessGroup, signal: AbortSignal | undefined): Promise<boolean> {
  await setImmediate(); // batches that are ready follow one another without it, and no Ctrl-C would ever come in
  return onAnyRank(group, signal?.aborted ?? false);
}

export const checkpointFile = (folder: string): string => join(folder, 'checkpoint.safetensors');

export const hasCheckpoint = (folder: string): boolean => existsSync(checkpointFile(folder));

export type State = Map<string, Tensor>;

/** What makes a checkpoint one of this work. */
export interface CheckpointKind {
  kind: 'training' | 'search';
  /** What the numbers follow from: a resumed run must have the same, or it would go on as something else. */
  recipe: Recipe;
}

/**
 * One file, so that it is whole or old: the sections' tensors as `section.name`, the random state as `random.cpu`, kind, recipe and position.
 * @param position where the work stands, as JSON can hold it
 */
export function writeCheckpoint(
  folder: string,
  { kind, recipe }: CheckpointKind,
  sections: Readonly<Record<string, ReadonlyMap<string, Tensor>>>,
  random: Tensor,
  position: object,
): void {
  const tensors: State = new Map();
  for (const [section, state] of Object.entries(sections))
    for (const [name, tensor] of state) tensors.set(`${section}.${name}`, tensor);
  tensors.set('random.cpu', random);
  const metadata = { kind, format: '2', position: JSON.stringify(position), recipe: JSON.stringify(recipe) };
  saveTensors(checkpointFile(folder), tensors, metadata);
}

export interface ReadOptions<P> extends CheckpointKind, Changes {
  /** What the recipe is called when it is another. */
  what: string;
  /** The position of work that has not begun: what an older checkpoint did not count is as there. */
  start: P;
  /** The recipe as checkpoints that name no format have theirs (those of before December 2026). */
  firstRecipe: Recipe;
}

/**
 * Puts a checkpoint back.
 *
 * @param restore puts the sections and the random state where they belong; they are freed after it
 * @returns where the work stands, and the differences from its recipe that were asked for
 * @throws an Error that names the file when it is of other work, and says in what
 */
export function readCheckpoint<P extends object>(
  folder: string,
  { kind, recipe, what, start, firstRecipe, ...changes }: ReadOptions<P>,
  restore: (section: (name: string) => State, random: Tensor) => void,
): { position: P; changed: string[] } {
  const path = checkpointFile(folder);
  return scope(() => {
    const { tensors, metadata } = loadTensors(path);
    const random = tensors.get('random.cpu');
    // The first format's trainings name no kind.
    if (!random || metadata.position === undefined || (metadata.kind ?? 'training') !== kind)
      throw new Error(`${path} is no checkpoint of a ${kind}.`);
    const now = metadata.format === undefined ? firstRecipe : recipe;
    const before: Recipe = metadata.recipe === undefined ? now : JSON.parse(metadata.recipe);
    const changed = refuseOther(folder, what, before, now, changes);
    restore(
      (name) =>
        new Map(
          Array.from(tensors).flatMap(([key, tensor]) =>
            key.startsWith(`${name}.`) ? [[key.slice(name.length + 1), tensor]] : [],
          ),
        ),
      random,
    );
    return { position: { ...start, ...(JSON.parse(metadata.position) as P) }, changed };
  });
}
