import { noGrad } from '../autograd.js';
import * as ops from '../ops.js';
import { keep, scope } from '../scope.js';
import type { Tensor } from '../tensor.js';
import {
  besideParameter,
  type Optimizer,
  type ParameterGroup,
  resolveGroups,
  withGradients,
  zeroGrad,
} from './optimizer.js';

export interface SgdOptions {
  lr: number;
  momentum?: number;
  weightDecay?: number;
}

/**
 * Stochastic gradient descent as PyTorch's: g ← g + wd·w;  v ← μ·v + g (the first v is g);  w ← w − lr·v.
 * @param parameters tensors, or groups with their own lr and weight decay
 */
export function sgd(parameters: readonly Tensor[] | readonly ParameterGroup[], options: SgdOptions): Optimizer {
  const momentum = options.momentum ?? 0;
  const groups = resolveGroups(parameters, { lr: options.lr, weightDecay: options.weightDecay ?? 0 });
  const velocity = new Map<number, Tensor>();

  const step = (): void =>
    noGrad(() =>
      scope(() => {
        for (const [index, group] of groups.entries()) {
          const { places, parameters: weights, gradients } = withGradients(groups, index);
          if (weights.length === 0) continue;
          for (const [i, place] of places.entries()) {
            if (!velocity.has(place)) velocity.set(place, keep(ops.zerosLike(gradients[i] as Tensor)));
          }
          const velocities = places.map((place) => velocity.get(place) as Tensor);
          ops.sgdStep_(weights, gradients, velocities, group.lr, momentum, group.weightDecay);
        }
      }),
    );

  return {
    groups,
    step,
    zeroGrad: () => zeroGrad(groups),
    stateDict: () => new Map(Array.from(velocity, ([place, tensor]) => [`momentum.${place}`, tensor])),
    loadStateDict(state) {
      for (const tensor of velocity.values()) tensor.dispose();
      velocity.clear();
      for (const [name, tensor] of state) {
        const place = Number(name.split('.')[1]);
        velocity.set(place, besideParameter(groups, place, tensor));
      }
    },
  };
}
