import { cfpProtocol } from './cfp.js';

/** CFP, frontal with frontal: 10 folds of 350 + 350 pairs. */
export const cfpFf = cfpProtocol('cfp_ff', 'CFP-FF', 'FF');
