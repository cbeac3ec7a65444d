export { type Augmentation, defineAugmentation, type Parameter, type Size } from './augmentation.js';
export {
  type Augmenter,
  type AugmentSpec,
  carryOut,
  createAugmenter,
  createPlanner,
  isMirrored,
  type Plan,
  type Planner,
} from './augmenter.js';
export { blur, gaussianTaps } from './blur.js';
export { colour } from './colour.js';
export { crop } from './crop.js';
export { downscale } from './downscale.js';
export { flip } from './flip.js';
export { grayscale, LUMA } from './grayscale.js';
export { occlusion } from './occlusion.js';
export { augmentations } from './registry.js';
export { similarity } from './similarity.js';
export { turn } from './turn.js';
