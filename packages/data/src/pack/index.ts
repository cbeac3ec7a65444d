export { alterPairs } from './alter-pairs.js';
export { balancedFolds, inspect } from './inspect.js';
export type { ImageSize, Inspection, InspectOptions, Spread } from './inspection.js';
export { type Packed, type PackOptions, packFolder } from './pack-folder.js';
export { packPairs } from './pack-pairs.js';
export { type ListedPair, readPairsList } from './pairs-list.js';
