import { noGrad } from '../autograd.js';
import * as ops from '../ops.js';
import { keep, scope } from '../scope.js';
import { type Tensor, tensor } from '../tensor.js';
import {
  besideParameter,
  type Optimizer,
  type ParameterGroup,
  resolveGroups,
  withGradients,
  zeroGrad,
} from './optimizer.js';

export interface AdamOptions {
  lr: number;
  betas?: readonly [number, number];
  eps?: number;
  weightDecay?: number;
  /** Subtract lr·wd·w from the weights (AdamW, Loshchilov & Hutter 2019) instead of adding wd·w to the gradient. */
  decoupled?: boolean;
}

interface Moments {
  first: Tensor;
  second: Tensor;
  steps: number;
}

/**
 * Adam (Kingma & Ba 2015), PyTorch's arithmetic: m ← β₁m + (1−β₁)g;  v ← β₂v + (1−β₂)g²;
 * w ← w − lr/(1−β₁ᵗ) · m / (√v/√(1−β₂ᵗ) + eps). Weight decay is added to the gradient, unless decoupled.
 */
export function adam(parameters: readonly Tensor[] | readonly ParameterGroup[], options: AdamOptions): Optimizer {
  const [beta1, beta2] = options.betas ?? [0.9, 0.999];
  const eps = options.eps ?? 1e-8;
  const decoupled = options.decoupled ?? false;
  const groups = resolveGroups(parameters, { lr: options.lr, weightDecay: options.weightDecay ?? 0 });
  const moments = new Map<number, Moments>();

  const update = (weight: Tensor, gradient: Tensor, place: number, lr: number, decay: number): void => {
    let state = moments.get(place);
    if (!state) {
      state = { first: keep(ops.zerosLike(weight)), second: keep(ops.zerosLike(weight)), steps: 0 };
      moments.set(place, state);
    }
    state.steps++;
    if (decoupled) ops.mulScalar_(weight, 1 - lr * decay);
    const g = decay !== 0 && !decoupled ? ops.add(gradient, weight, decay) : gradient;
    ops.add_(ops.mulScalar_(state.first, beta1), g, 1 - beta1);
    ops.addcmul_(ops.mulScalar_(state.second, beta2), g, g, 1 - beta2);
    const scale = Math.sqrt(1 - beta2 ** state.steps);
    const denominator = ops.addScalar(ops.divScalar(ops.sqrt(state.second), scale), eps);
    ops.addcdiv_(weight, state.first, denominator, -lr / (1 - beta1 ** state.steps));
  };

  const step = (): void =>
    noGrad(() =>
      scope(() => {
        for (const [index, group] of groups.entries()) {
          const { places, parameters: weights, gradients } = withGradients(groups, index);
          for (const [i, place] of places.entries()) {
            update(weights[i] as Tensor, gradients[i] as Tensor, place, group.lr, group.weightDecay);
          }
        }
      }),
    );

  return {
    groups,
    step,
    zeroGrad: () => zeroGrad(groups),
    stateDict: () =>
      new Map(
        Array.from(moments).flatMap(([place, { first, second, steps }]): [string, Tensor][] => [
          [`first.${place}`, first],
          [`second.${place}`, second],
          [`steps.${place}`, tensor([steps], [1], 'int64')],
        ]),
      ),
    loadStateDict(state) {
      for (const { first, second } of moments.values()) for (const held of [first, second]) held.dispose();
      moments.clear();
      for (const [name, first] of state) {
        if (!name.startsWith('first.')) continue;
        const place = Number(name.slice('first.'.length));
        const second = state.get(`second.${place}`);
        const steps = state.get(`steps.${place}`);
        if (!second || !steps) throw new Error(`Adam's state of parameter ${place} is incomplete.`);
        moments.set(place, {
          first: besideParameter(groups, place, first),
          second: besideParameter(groups, place, second),
          steps: steps.item(),
        });
      }
    },
  };
}
