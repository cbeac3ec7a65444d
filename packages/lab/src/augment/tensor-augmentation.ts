import type { Augmentation } from '@pocketnet/data';
import { fromArray, ops, type Tensor } from '@pocketnet/torch';

/**
 * An augmentation's second executor, where it is worth one: what `augmentation.apply` does to one picture, done to a whole batch where the batch is, on a GPU above
 * all. A sibling in this folder, listed in `registry.ts`; the test of the registry holds both executors to within 2 grey levels.
 */
export interface TensorAugmentation<Drawn = unknown> {
  readonly augmentation: Augmentation<string, Drawn>;
  /**
   * @param images [n, 3, height, width] float32, whole numbers from 0 to 255; left as they are
   * @param drawn what chance drew for each of the n
   * @returns the same shape; whoever calls rounds and clips
   */
  apply(images: Tensor, drawn: readonly Drawn[]): Tensor;
}

/** Checks nothing and returns its argument: gives a sibling the type of what its augmentation draws. */
export function defineTensorAugmentation<Name extends string, Drawn>(one: {
  augmentation: Augmentation<Name, Drawn>;
  apply(images: Tensor, drawn: readonly Drawn[]): Tensor;
}): TensorAugmentation<Drawn> {
  return one as TensorAugmentation<Drawn>; // no executor asks for the settings' names
}

/** One number for each image, [n, 1, 1, 1], where the images are. */
export function perImage(values: readonly number[], { device }: Tensor): Tensor {
  return ops.toDevice(fromArray(Float32Array.from(values), [values.length, 1, 1, 1]), device, 'float32');
}

/** Nearest whole grey levels, as bytes would keep them. */
export const rounded = (images: Tensor): Tensor => ops.floor(ops.addScalar(ops.clamp(images, 0, 255), 0.5));
