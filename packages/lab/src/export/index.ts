export * from './check.js';
export * from './file.js';
export * from './halve.js';
export * from './metadata.js';
export * from './network.js';
export * from './optimize.js';
export * from './quantise.js';
