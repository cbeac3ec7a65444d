import { blurTensor } from './blur.js';
import { colourTensor } from './colour.js';
import { cropTensor } from './crop.js';
import { downscaleTensor } from './downscale.js';
import { flipTensor } from './flip.js';
import { grayscaleTensor } from './grayscale.js';
import { occlusionTensor } from './occlusion.js';
import { similarityTensor } from './similarity.js';
import type { TensorAugmentation } from './tensor-augmentation.js';
import { turnTensor } from './turn.js';

/** Executors on tensors, for the augmentations that have one: in the other cases `on-pictures.ts` takes their own `apply`. */
export const tensorAugmentations: readonly TensorAugmentation[] = [
  flipTensor,
  cropTensor,
  similarityTensor,
  colourTensor,
  grayscaleTensor,
  blurTensor,
  downscaleTensor,
  occlusionTensor,
  turnTensor,
];
