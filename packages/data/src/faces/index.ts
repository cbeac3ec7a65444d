export { drawFace } from './draw-face.js';
export { generatedPairs } from './pairs.js';
