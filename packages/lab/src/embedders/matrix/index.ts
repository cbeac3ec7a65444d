export { holdsEmbeddings, readEmbeddings, readNpy } from './embeddings-file.js';
export { type MatrixKind, matrixKinds, matrixSource } from './matrix-source.js';
