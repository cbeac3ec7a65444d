import { Registry } from '../registry.js';
import type { Augmentation } from './augmentation.js';
import { blur } from './blur.js';
import { colour } from './colour.js';
import { crop } from './crop.js';
import { downscale } from './downscale.js';
import { flip } from './flip.js';
import { grayscale } from './grayscale.js';
import { occlusion } from './occlusion.js';
import { similarity } from './similarity.js';
import { turn } from './turn.js';

/** Every augmentation there is: a new one is one file here and one line. */
export const augmentations = new Registry<Augmentation>('augmentation', [
  flip,
  crop,
  similarity,
  colour,
  grayscale,
  blur,
  downscale,
  occlusion,
  turn,
]);
