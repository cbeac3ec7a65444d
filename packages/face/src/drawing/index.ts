// What was seen, as pictures; drawn by sharp.
export { drawComparison, type Side } from './draw-comparison.js';
export { type Drawn, facesAsSvg } from './draw-faces.js';
