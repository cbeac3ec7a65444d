import { fromArray, noGrad, ops, scope } from '@pocketnet/torch';
import { type Block, execute } from '../networks/index.js';
import type { Embedder } from './embedder.js';

/** An embedder on libtorch. The network is put into evaluation mode for the while of each call, and stays its owner's. */
export function networkEmbedder(
  network: Block,
  options: { name: string; dimension: number; size?: number; device?: string },
): Embedder {
  const { name, dimension, size = 112, device = 'cpu' } = options;
  return {
    name,
    dimension,
    size,
    async embed(images, count) {
      const wasTraining = network.training;
      network.eval();
      try {
        return noGrad(() =>
          scope(() => {
            // NHWC memory seen as NCHW is channels-last, the layout that the convolutions like best.
            const input = ops.permute(
              fromArray(images.subarray(0, count * size * size * 3), [count, size, size, 3]),
              [0, 3, 1, 2],
            );
            const output = network.read(ops.toDevice(input, device, 'float32'), execute);
            return ops.toDevice(output, 'cpu', 'float32').toFloat32();
          }),
        );
      } finally {
        network.train(wasTraining);
      }
    },
    async close() {},
  };
}
