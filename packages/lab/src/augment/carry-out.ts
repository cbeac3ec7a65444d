import type { Augmentation, Plan } from '@pocketnet/data';
import { indexTensor, ops, scope, type Tensor } from '@pocketnet/torch';
import { onPictures } from './on-pictures.js';
import { tensorAugmentations } from './registry.js';
import { rounded, type TensorAugmentation } from './tensor-augmentation.js';

/**
 * Does to every image what was planned for it, as `carryOut` of @pocketnet/data does to one picture: each augmentation at once to all images
 * that chance chose for it, in whole grey levels after each.
 *
 * @param images [n, 3, height, width] float32, whole numbers from 0 to 255; left as they are
 * @param plans n plans of one list of augmentations
 */
export function carryOutTogether(plans: readonly Plan[], images: Tensor): Tensor {
  return scope(() => {
    let varied = images;
    for (let step = 0; step < (plans[0]?.length ?? 0); step++) {
      const chosen = plans.flatMap((plan, image) => {
        const planned = plan[step];
        return planned ? [{ image, ...planned }] : [];
      });
      const [first] = chosen;
      if (first === undefined) continue;
      const executor = executorOf(first.augmentation);
      const drawn = chosen.map((each) => each.drawn);
      if (chosen.length === plans.length) {
        varied = rounded(executor.apply(varied, drawn));
        continue;
      }
      const rows = indexTensor(
        chosen.map(({ image }) => image),
        images.device,
      );
      varied = ops.indexCopy(varied, 0, rows, rounded(executor.apply(ops.indexSelect(varied, 0, rows), drawn)));
    }
    return varied === images ? ops.clone(images) : varied;
  });
}

/** Its own executor on tensors, or else the one on pictures. */
function executorOf(augmentation: Augmentation): TensorAugmentation {
  return tensorAugmentations.find((each) => each.augmentation === augmentation) ?? onPictures(augmentation);
}
