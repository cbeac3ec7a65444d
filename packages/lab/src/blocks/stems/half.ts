import { nn } from '@pocketnet/torch';
import { conv } from '../layers.js';
import type { Stem } from './stem.js';

/** As the paper has it (facts 1.1). */
export const half: Stem = {
  name: 'half',
  summary: 'a 3×3 convolution of stride 2, as in the paper',
  stride: 2,
  layers: (width) => [conv(3, width, 3, { stride: 2, padding: 1 }), new nn.BatchNorm2d(width)],
};
