export { FATES, type Fate } from './candidates.js';
export { type Prepared, type PrepareOptions, prepare } from './prepare.js';
export { similarPairs } from './similar-pairs.js';
