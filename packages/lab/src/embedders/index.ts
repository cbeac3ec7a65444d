// What opens model files needs no engine until it opens weights; networkEmbedder, which does, is exported beside this folder.
export * from './embedder.js';
export * from './open.js';
export * from './pairs.js';
