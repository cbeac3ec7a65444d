import { clearGradients } from '../autograd.js';
import * as ops from '../ops.js';
import { keep } from '../scope.js';
import type { Tensor } from '../tensor.js';

/** Parameters that share their hyper-parameters. */
export interface ParameterGroup {
  parameters: readonly Tensor[];
  lr?: number;
  weightDecay?: number;
}

/** What every optimiser offers. */
export interface Optimizer {
  readonly groups: { readonly parameters: readonly Tensor[]; lr: number; readonly weightDecay: number }[];
  /** One update from the gradients that are there; parameters without one stay as they are. */
  step(): void;
  zeroGrad(): void;
  /** Everything that a resumed run needs: named by what it is and the parameter's place. */
  stateDict(): Map<string, Tensor>;
  loadStateDict(state: ReadonlyMap<string, Tensor>): void;
}

/** Fills a group's blanks. */
export function resolveGroups(
  given: readonly Tensor[] | readonly ParameterGroup[],
  defaults: { lr: number; weightDecay: number },
): Optimizer['groups'] {
  const groups =
    given.length > 0 && 'parameters' in (given[0] as object)
      ? (given as ParameterGroup[])
      : [{ parameters: given as Tensor[] }];
  for (const rate of [defaults, ...groups].flatMap(({ lr = 0, weightDecay = 0 }) => [lr, weightDecay])) {
    if (!(rate >= 0 && rate < Infinity))
      throw new Error(`A learning rate or weight decay is a number from 0, not ${String(rate)}.`);
  }
  return groups.map((group) => ({ ...defaults, ...group }));
}

/** A group's parameters that have a gradient, their places in the whole, and those gradients. */
export function withGradients(
  groups: Optimizer['groups'],
  group: number,
): { places: number[]; parameters: Tensor[]; gradients: Tensor[] } {
  const before = groups.slice(0, group).reduce((count, { parameters }) => count + parameters.length, 0);
  const found = { places: [] as number[], parameters: [] as Tensor[], gradients: [] as Tensor[] };
  for (const [i, parameter] of (groups[group]?.parameters ?? []).entries()) {
    const gradient = parameter.grad;
    if (gradient === null) continue;
    found.places.push(before + i);
    found.parameters.push(parameter);
    found.gradients.push(gradient);
  }
  return found;
}

/**
 * A copy of what a state has for the parameter at a place, on that parameter's device: states come from files, which are read on the CPU.
 * The optimiser disposes of it.
 */
export function besideParameter(groups: Optimizer['groups'], place: number, value: Tensor): Tensor {
  const parameters = groups.flatMap((group) => group.parameters);
  const parameter = parameters[place];
  if (!parameter)
    throw new Error(`The state has a parameter ${place}, the optimiser's own are 0 to ${parameters.length - 1}.`);
  return keep(ops.toDevice(value, parameter.device, value.dtype, false, true));
}

export function zeroGrad(groups: Optimizer['groups']): void {
  for (const { parameters } of groups) clearGradients(parameters);
}
