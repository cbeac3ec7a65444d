export * from './check.js';
export * from './eight-bits.js';
export * from './file.js';
export * from './metadata.js';
export * from './network.js';
export * from './optimize.js';
export * from './quantise.js';
export * from './store.js';
