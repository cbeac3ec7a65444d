import { type Block, findNetwork, type NetworkOptions, networks } from '@pocketnet/lab';
import { manualSeed, noGrad, ops } from '@pocketnet/torch';

/** The contract is run on these. Deeper IResNets have IResNet-18's code and take seconds: teachers.test.ts counts them. */
export const runnableNetworks = networks.filter(({ name }) => !/^iresnet-(34|50|100)$/.test(name));

/** A network as training might leave it: no scale, shift, slope or statistic has its starting value. */
export function randomNetwork(name: string, options: NetworkOptions = {}, seed = 1): Block {
  manualSeed(seed);
  return randomised(findNetwork(name).build(options));
}

/** Gives the tensors of one dimension (norms and slopes) values of their own. */
export function randomised<B extends Block>(network: B): B {
  noGrad(() => {
    for (const [name, tensor] of network.stateDict()) {
      if (name.endsWith('running_var')) ops.uniform_(tensor, 0.5, 2);
      else if (name.endsWith('running_mean') || name.endsWith('bias')) ops.uniform_(tensor, -0.3, 0.3);
      else if (name.endsWith('weight') && tensor.shape.length === 1) ops.uniform_(tensor, 0.2, 1.2);
    }
  });
  return network.eval();
}

/** NHWC crops of noise in [-1, 1], the same for the same seed. */
export function noise(count: number, size: number, seed = 1): Float32Array {
  let state = seed;
  return Float32Array.from({ length: count * size * size * 3 }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}
