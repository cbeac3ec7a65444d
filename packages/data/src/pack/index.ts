export { alterPairs } from './alter-pairs.js';
export { balancedFolds, inspect } from './inspect.js';
export type { ImageSize, Inspection, InspectOptions, Spread } from './inspection.js';
export { type Packed, type PackFacesOptions, type PackOptions, packFaces } from './pack-faces.js';
export { packPairs } from './pack-pairs.js';
