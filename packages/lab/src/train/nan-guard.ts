import { type nn, ops, scope } from '@pocketnet/torch';

/**
 * Stops a run whose numbers have left the finite ones, before they enter the weights.
 * @throws an Error that names the step and the first layer with a bad weight or gradient
 */
export function guardFinite(
  step: number,
  values: { loss: number; gradNorm: number },
  networks: readonly nn.Module[],
): void {
  if (Number.isFinite(values.loss) && Number.isFinite(values.gradNorm)) return;
  throw new Error(
    `Step ${step}: the loss is ${values.loss} and the gradient's norm ${values.gradNorm}; ${firstBad(networks)}. The weights before this ` +
      'step are untouched and the last checkpoint stands. Lower the learning rate, or resume with another --set seed.',
  );
}

function firstBad(networks: readonly nn.Module[]): string {
  return scope(() => {
    for (const network of networks) {
      for (const [name, parameter] of network.namedParameters()) {
        if (ops.all(ops.isfinite(parameter)).item() === 0) return `the first bad numbers stand in the weight ${name}`;
        const { grad } = parameter;
        if (grad && ops.all(ops.isfinite(grad)).item() === 0)
          return `the first bad numbers stand in the gradient of ${name}`;
      }
    }
    return 'no weight or gradient is bad, so the input is the first suspect';
  });
}
