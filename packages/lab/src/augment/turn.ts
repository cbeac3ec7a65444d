import { turn, turnTable } from '@pocketnet/data';
import { fromArray, ops } from '@pocketnet/torch';
import { defineTensorAugmentation } from './tensor-augmentation.js';

const BILINEAR = 0;
const BORDER = 1;

export const turnTensor = defineTensorAugmentation({
  augmentation: turn,
  /** The tables as the engine's grids, which have (2x + 1)/w - 1 for the pixel x. */
  apply(images, drawn) {
    const [n = 0, , height = 1, width = 1] = images.shape;
    const perImage = width * height * 2;
    const grids = new Float32Array(n * perImage);
    for (const [i, each] of drawn.entries()) {
      for (const [k, at] of turnTable(each, width, height).entries())
        grids[i * perImage + k] = (2 * at + 1) / (k % 2 ? height : width) - 1;
    }
    const grid = ops.toDevice(fromArray(grids, [n, height, width, 2]), images.device, 'float32');
    return ops.gridSampler(images, grid, BILINEAR, BORDER, false);
  },
});
