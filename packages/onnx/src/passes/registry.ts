import { factorisedReduction } from './factorised-reduction.js';
import { foldConstants } from './fold-constants.js';
import { foldNorms } from './fold-norms.js';
import { foldScales } from './fold-scales.js';
import { mergeDepthwise } from './merge-depthwise.js';
import { mergeSums } from './merge-sums.js';
import type { Pass } from './pass.js';
import { preluConv } from './prelu-conv.js';
import { preluMax } from './prelu-max.js';
import { preluSum } from './prelu-sum.js';
import { share } from './share.js';
import { splitConcats } from './split-concats.js';
import { sweep } from './sweep.js';

/** Every pass, in the order in which they run: later ones use what earlier ones produce. */
export const PASSES: readonly Pass[] = [
  sweep,
  foldConstants,
  foldNorms,
  foldScales,
  factorisedReduction,
  preluConv,
  preluSum,
  preluMax,
  share,
  splitConcats,
  mergeSums,
  mergeDepthwise,
];
