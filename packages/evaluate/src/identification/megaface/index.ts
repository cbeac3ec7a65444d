export { cleanProbes, markNoisyDistractors } from './clean.js';
export { type DevkitCmc, type DevkitMatches, devkitCmc, devkitMatches, releasedTprAtFpr } from './devkit.js';
export type { NearestDistractors } from './nearest.js';
export type { FacePairs } from './pairs.js';
export type { MegaFaceReport } from './report.js';
export { type MegaFaceOptions, MegaFaceSearch, megaface } from './search.js';
export { type MegaFaceVerification, type TprPoint, tprAtFpr } from './verification.js';
