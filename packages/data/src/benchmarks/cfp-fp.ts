import { cfpProtocol } from './cfp.js';

/** CFP, frontal with profile: 10 folds of 350 + 350 pairs. */
export const cfpFp = cfpProtocol('cfp_fp', 'CFP-FP', 'FP');
