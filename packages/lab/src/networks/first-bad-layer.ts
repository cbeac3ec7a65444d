import { type nn, noGrad, ops, scope, type Tensor } from '@pocketnet/torch';
import { type Block, execute, type Interpreter } from '../blocks/interpreter.js';

/** Ends a reading at the layer where the numbers went wrong. */
class BadLayer extends Error {
  constructor(readonly path: string) {
    super(`The first numbers that are not finite come out of ${path}.`);
  }
}

/**
 * Runs a network once more and looks at what every layer gives.
 * @returns the path of the first layer whose output is not finite, such as `cells.3.preproc1.net.3`; `the input` if that is at fault;
 * undefined if all is finite
 */
export function firstBadLayer(network: Block, input: Tensor): string | undefined {
  const paths = new Map(Array.from(network.modules(), ([path, module]) => [module, path]));
  const finite = (x: Tensor): boolean => ops.all(ops.isfinite(x)).item() === 1;
  const checked = (x: Tensor, layer: nn.Module): Tensor => {
    if (!finite(x)) throw new BadLayer(paths.get(layer) ?? 'a layer without a name');
    return x;
  };
  // Layer by layer: without `separable`, which would do four of them at once.
  const looking: Interpreter<Tensor> = {
    conv: (x, layer) => checked(execute.conv(x, layer), layer),
    norm: (x, layer) => checked(execute.norm(x, layer), layer),
    prelu: (x, layer) => checked(execute.prelu(x, layer), layer),
    maxPool: (x, layer) => checked(execute.maxPool(x, layer), layer),
    avgPool: (x, layer) => checked(execute.avgPool(x, layer), layer),
    relu: execute.relu,
    relu6: execute.relu6,
    linear: (x, layer) => checked(execute.linear(x, layer), layer),
    add: execute.add,
    concat: execute.concat,
    shift: execute.shift,
    flatten: execute.flatten,
  };
  return noGrad(() =>
    scope(() => {
      if (!finite(input)) return 'the input';
      try {
        network.read(input, looking);
        return undefined;
      } catch (error) {
        if (error instanceof BadLayer) return error.path;
        throw error;
      }
    }),
  );
}
