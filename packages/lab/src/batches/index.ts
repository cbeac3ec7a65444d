export { type BatchImages, type FaceBatch, type FaceLoader, onHost } from './face-batch.js';
export { createResidentLoader, type ResidentOptions } from './resident-loader.js';
