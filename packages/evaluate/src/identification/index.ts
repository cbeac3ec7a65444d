export { type Cmc, cmcCurve, recallAt, type Ties } from './cmc.js';
export {
  type IdentificationOptions,
  type IdentificationReport,
  identification,
  type Search,
} from './identification.js';
export { LargestScores } from './largest.js';
export {
  cleanProbes,
  type DevkitCmc,
  type DevkitMatches,
  devkitCmc,
  devkitMatches,
  type FacePairs,
  type MegaFaceOptions,
  type MegaFaceReport,
  MegaFaceSearch,
  type MegaFaceVerification,
  markNoisyDistractors,
  megaface,
  type NearestDistractors,
  releasedTprAtFpr,
  type TprPoint,
  tprAtFpr,
} from './megaface/index.js';
export { type FpirRule, type OpenSetPoint, tpirAtFpir } from './open-set.js';
export { type ScanOptions, ScoreScan, type Visit } from './scan.js';
export { type Similarity, similarity } from './similarity.js';
