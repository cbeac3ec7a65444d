import {
  type nn,
  ops,
  type optim,
  type ProcessGroup,
  randomState,
  scope,
  setRandomState,
  type Tensor,
} from '@pocketnet/torch';
import { type Head, joinShards, ShardedHead, takeShard } from '../heads/index.js';
import type { Block } from '../networks/index.js';
import { type Recipe, readCheckpoint, type State, writeCheckpoint } from '../runs/index.js';
import { changeable } from './recipe.js';
import type { WeightAverage } from './weight-average.js';

/** Where a run stands; with the tensors beside it, all that a resumed run needs to go on to the same numbers. */
export interface Position {
  /** Steps done. */
  step: number;
  /** The epoch of the next step, and its place in it. */
  epoch: number;
  batch: number;
  /** Losses summed since the last log line. */
  lossSum: number;
  lossCount: number;
  /** Best accuracy so far of every verification set, and the step of the first set's. */
  best: Record<string, number>;
  bestStep: number;
  /** Mean loss of the last log line, and the last accuracy of every set. */
  lastLoss: number | null;
  last: Record<string, number>;
}

export const startPosition = (): Position => ({
  step: 0,
  epoch: 0,
  batch: 0,
  lossSum: 0,
  lossCount: 0,
  best: {},
  bestStep: 0,
  lastLoss: null,
  last: {},
});

/** What a checkpoint is made of, and put back into. */
export interface Checkpointed {
  /** The processes of the run. */
  group: ProcessGroup;
  backbone: Block;
  head?: Head;
  /** The map onto the teacher's width, where it is learned. */
  projector?: nn.Linear;
  optimizers: Record<'backbone' | 'head', optim.Optimizer>;
  /** The running mean of the backbone's weights, where there is one. */
  average?: WeightAverage;
  recipe: Recipe;
  /** As checkpoints before December 2026 have it. */
  firstRecipe: Recipe;
}

const kind = 'training';

/**
 * Weights, head, momenta, random state and position. All processes call it, the first writes; what is split over them is joined, so that the
 * file is the same for any number.
 */
export function saveCheckpoint(folder: string, parts: Checkpointed, position: Position): void {
  scope(() => {
    const [all, random] = [sections(parts), randomStates(parts)];
    if (parts.group.rank === 0) writeCheckpoint(folder, { kind, recipe: parts.recipe }, all, random, position);
  });
}

/**
 * @param change keys of the recipe that may differ from the checkpoint's
 * @throws an Error that names the file when it does not belong to this network and head, or another key of the recipe that differs
 */
export function loadCheckpoint(
  folder: string,
  { group, backbone, head, projector, optimizers, average, recipe, firstRecipe }: Checkpointed,
  change?: readonly string[],
): { position: Position; changed: string[] } {
  const own = (whole: Tensor): Tensor => takeShard(whole, group);
  return readCheckpoint(
    folder,
    { kind, what: 'experiment', recipe, firstRecipe, start: startPosition(), changeable, change },
    (section, random) => {
      backbone.loadStateDict(section('backbone'));
      head?.loadStateDict(mapShards(head, section('head'), 'kernel', own));
      projector?.loadStateDict(section('projector'));
      optimizers.backbone.loadStateDict(section('optimizer.backbone'));
      optimizers.head.loadStateDict(mapShards(head, section('optimizer.head'), 'momentum.0', own));
      average?.loadStateDict(section('average'));
      setRandomState(ownState(random, group));
    },
  );
}

/** Of all processes, [processes, bytes]: heads that sample their classes draw on each as they need. */
function randomStates({ group, backbone }: Checkpointed): Tensor {
  const device = backbone.parameters()[0]?.device ?? 'cpu';
  const row = ops.reshape(randomState(), [1, -1]);
  return ops.toDevice(group.allGather(ops.toDevice(row, device, 'uint8')), 'cpu', 'uint8');
}

/** This process's; the first one's where the run goes on with other processes than it had. */
function ownState(states: Tensor, { rank, size }: ProcessGroup): Tensor {
  const rows = ops.reshape(states, [-1, randomState().size]);
  const row = rows.shape[0] === size ? rank : 0;
  return ops.clone(ops.reshape(ops.slice(rows, 0, row, row + 1), [-1]), 'contiguous_format');
}

function sections({ group, backbone, head, projector, optimizers, average }: Checkpointed): Record<string, State> {
  const join = (own: Tensor): Tensor => joinShards(own, head instanceof ShardedHead ? head.classes : 0, group);
  return {
    backbone: backbone.stateDict(),
    head: mapShards(head, head?.stateDict() ?? new Map(), 'kernel', join),
    projector: projector?.stateDict() ?? new Map(),
    average: average?.stateDict() ?? new Map(),
    'optimizer.backbone': optimizers.backbone.stateDict(),
    'optimizer.head': mapShards(head, optimizers.head.stateDict(), 'momentum.0', join),
  };
}

/** A state with the entry of a sharded head's kernel (its only parameter, and the optimiser's first) changed; any other state as it is. */
function mapShards(head: Head | undefined, state: State, name: string, change: (tensor: Tensor) => Tensor): State {
  const tensor = state.get(name);
  return head instanceof ShardedHead && tensor ? new Map([...state, [name, change(tensor)]]) : state;
}
