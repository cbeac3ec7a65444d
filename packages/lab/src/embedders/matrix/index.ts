export { type MatrixKind, matrixKinds, matrixSource } from './matrix-source.js';
export { readNpy } from './npy.js';
export { holdsEmbeddings, readEmbeddings } from './safetensors.js';
