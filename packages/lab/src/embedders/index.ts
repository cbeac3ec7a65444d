// What opens model files needs no engine until it opens weights; networkEmbedder, which does, is exported beside this folder.

export * from './embed-set.js';
export * from './embedder.js';
export * from './facts.js';
export * from './image-set.js';
export * from './kind.js';
export * from './likeness.js';
export * from './matrix/index.js';
export * from './open.js';
export * from './pairs.js';
export { type Pixels, pixelsOfFile } from './pixels.js';
export * from './source.js';
