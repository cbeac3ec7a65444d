import { ops, scope, type Tensor } from '@pocketnet/torch';
import type { Block } from '../blocks/index.js';
import type { Head } from '../heads/index.js';
import { firstBadLayer } from '../networks/index.js';

/** What a step has computed when it is looked at: before anything of it enters the weights. */
export interface SuspectStep {
  /** From 1. */
  step: number;
  loss: number;
  gradNorm: number;
  input: Tensor;
  backbone: Block;
  head: Head | undefined;
}

/**
 * Stops a run whose numbers have left the finite ones, before they enter the weights.
 * @throws an Error that names the step and the layer where the bad numbers begin
 */
export function guardFinite(suspect: SuspectStep): void {
  const { step, loss, gradNorm } = suspect;
  if (Number.isFinite(loss) && Number.isFinite(gradNorm)) return;
  throw new Error(
    `Step ${step}: the loss is ${loss} and the gradient's norm ${gradNorm}; ${whereItBegan(suspect)}. The weights are those before this ` +
      'step, and the last checkpoint stands. Lower the learning rate and go on: --set lr=… --resume --change lr.',
  );
}

/** A bad loss comes from the first layer with a bad output; a bad gradient of a good loss from the last layer with one. */
function whereItBegan({ loss, input, backbone, head }: SuspectStep): string {
  const bad = (values: Tensor | null): boolean => values !== null && ops.all(ops.isfinite(values)).item() === 0;
  return scope(() => {
    const named = [
      ...Array.from(backbone.namedParameters(), ([name, parameter]) => ({ name: `backbone.${name}`, parameter })),
      ...Array.from(head?.namedParameters() ?? [], ([name, parameter]) => ({ name: `head.${name}`, parameter })),
    ];
    const weight = named.find(({ parameter }) => bad(parameter));
    if (weight) return `the weight ${weight.name} is not finite`;
    if (!Number.isFinite(loss))
      return `the first numbers that are not finite come out of ${firstBadLayer(backbone, input) ?? 'the head'}`;
    const gradient = named.reverse().find(({ parameter }) => bad(parameter.grad));
    return gradient
      ? `going back, the gradient is first not finite at ${gradient.name}`
      : 'the gradient overflows in its norm';
  });
}
