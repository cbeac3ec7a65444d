import { autocast, fromArray, noGrad, ops, scope, type Tensor } from '@pocketnet/torch';
import { type Block, execute } from '../blocks/index.js';
import { foldNorms } from '../networks/index.js';
import type { Embedder } from './embedder.js';

export interface NetworkEmbedderOptions {
  name: string;
  /** Width of the embedding. */
  dimension: number;
  /** Side of the input in pixels. */
  size?: number;
  device?: string;
  /** The weights will not change while the embedder is open: its norms are folded into its convolutions, in copies of their weights. */
  frozen?: boolean;
  /** bf16 computes products in bfloat16, several times as fast where the processor or GPU has it, and less exact. */
  precision?: 'float32' | 'bf16';
}

/** An embedder on libtorch. The network is put into evaluation mode for the while of each call, and stays its owner's. */
export function networkEmbedder(network: Block, options: NetworkEmbedderOptions): Embedder {
  const { name, dimension, size = 112, device = 'cpu', frozen = false, precision = 'float32' } = options;
  const folded = frozen ? foldNorms(network, { winograd: precision === 'float32' }) : undefined;
  const read = (input: Tensor): Tensor => (folded ? folded.read(input) : network.read(input, execute));
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
            const there = ops.toDevice(input, device, 'float32');
            const output =
              precision === 'bf16'
                ? autocast(device.startsWith('cuda') ? 'cuda' : 'cpu', () => read(there))
                : read(there);
            return ops.toDevice(output, 'cpu', 'float32').toFloat32();
          }),
        );
      } finally {
        network.train(wasTraining);
      }
    },
    async close() {
      folded?.dispose();
    },
  };
}
