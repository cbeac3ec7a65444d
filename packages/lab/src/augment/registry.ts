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

/** The second executor of every augmentation. */
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
