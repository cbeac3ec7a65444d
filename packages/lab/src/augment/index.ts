export { carryOutTogether } from './carry-out.js';
export { tensorAugmentations } from './registry.js';
export type { TensorAugmentation } from './tensor-augmentation.js';
