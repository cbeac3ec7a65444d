import type { nn, optim, ProcessGroup, Tensor } from '@pocketnet/torch';
import type { Block } from '../blocks/index.js';
import { type Head, joinShards, ShardedHead, takeShard } from '../heads/index.js';
import type { Stateful } from '../runs/resumable.js';
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
  /** Last distance of the held-out faces from the teachers' embeddings. */
  distance: number | null;
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
  distance: null,
});

/** What a run changes as it goes on. */
export interface RunParts {
  backbone: Block;
  head?: Head;
  /** The map onto the teacher's width, where it is learned. */
  projector?: nn.Linear;
  optimizers: Record<'backbone' | 'head', optim.Optimizer>;
  /** The running mean of the backbone's weights, where there is one. */
  average?: WeightAverage;
}

/** The sections of a run's checkpoint. What is split over the processes is joined, so that the file is the same for any number. */
export const sectionsOf = (
  { backbone, head, projector, optimizers, average }: RunParts,
  group: ProcessGroup,
): Record<string, Stateful> => ({
  backbone,
  ...(head && { head: joined(head, 'kernel', head, group) }),
  ...(projector && { projector }),
  ...(average && { average }),
  'optimizer.backbone': optimizers.backbone,
  'optimizer.head': joined(optimizers.head, 'momentum.0', head, group),
});

/** @param name of a sharded head's kernel, which is its only parameter, or of that kernel's momentum */
function joined(part: Stateful, name: string, head: Head | undefined, group: ProcessGroup): Stateful {
  if (!(head instanceof ShardedHead)) return part;
  const changed = (state: ReadonlyMap<string, Tensor>, change: (tensor: Tensor) => Tensor) => {
    const tensor = state.get(name);
    return tensor ? new Map([...state, [name, change(tensor)]]) : state;
  };
  return {
    stateDict: () => changed(part.stateDict(), (own) => joinShards(own, head.classes, group)),
    loadStateDict: (state) => part.loadStateDict(changed(state, (whole) => takeShard(whole, group))),
  };
}
