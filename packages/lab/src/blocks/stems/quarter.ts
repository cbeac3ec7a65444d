import { nn } from '@pocketnet/torch';
import { depthwise, pointwise } from '../layers.js';
import { half } from './half.js';
import type { Stem } from './stem.js';

/** The first cells then see a quarter of the pixels. */
export const quarter: Stem = {
  name: 'quarter',
  summary: 'the 3×3 convolution of stride 2, and a separable one of stride 2 after it',
  stride: 4,
  layers: (width) => [
    ...half.layers(width),
    new nn.PReLU(width),
    depthwise(width, 3, 2),
    pointwise(width, width),
    new nn.BatchNorm2d(width),
  ],
};
