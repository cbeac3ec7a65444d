import { similarity } from '@pocketnet/data';
import { fromArray, ops } from '@pocketnet/torch';
import { defineTensorAugmentation } from './tensor-augmentation.js';

const BILINEAR = 0;
const ZEROS = 0;

export const similarityTensor = defineTensorAugmentation({
  augmentation: similarity,
  /**
   * The engine's grids have (2x + 1)/w - 1 for the pixel x, hence x - centre = u w/2, and the look back into the source
   *   x' - centre = cos (x - centre - right) + sin (y - centre - down),  y' - centre = cos (y - centre - down) - sin (x - centre - right)
   * becomes these two rows of an affine map of (u, v, 1).
   */
  apply(images, drawn) {
    const [n = 0, channels = 3, h = 1, w = 1] = images.shape;
    const rows = drawn.flatMap(({ cos, sin, right, down }) => [
      [cos, (sin * h) / w, (-2 / w) * (cos * right + sin * down)],
      [(-sin * w) / h, cos, (2 / h) * (sin * right - cos * down)],
    ]);
    const maps = ops.toDevice(fromArray(Float32Array.from(rows.flat()), [n, 2, 3]), images.device, 'float32');
    return ops.gridSampler(images, ops.affineGrid(maps, [n, channels, h, w], false), BILINEAR, ZEROS, false);
  },
});
