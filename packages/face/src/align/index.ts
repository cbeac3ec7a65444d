export { type AffineMatrix, IDENTITY, invertAffine, transformPoint } from './affine.js';
export { type AlignOptions, alignFace, alignmentMatrix } from './align.js';
export type { Image, RgbImage } from './image.js';
export type { FiveLandmarks, Point } from './point.js';
export { estimateSimilarity } from './similarity.js';
export { arcfaceTemplate, SPHEREFACE_96x112 } from './template.js';
export { warpAffine } from './warp.js';
