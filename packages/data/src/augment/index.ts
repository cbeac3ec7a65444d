export type { Augmentation, Parameter } from './augmentation.js';
export { type Augmenter, type AugmentSpec, createAugmenter } from './augmenter.js';
export { augmentations } from './registry.js';
