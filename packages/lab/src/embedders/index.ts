export * from './embedder.js';
export * from './network.js';
export * from './pairs.js';
