export { type AlignedFace, alreadyAligned, CROP, cropFace } from './aligned-face.js';
export { type Embedder, modelName, openEmbedder } from './embedder.js';
