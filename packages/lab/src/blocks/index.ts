export * from './chain.js';
export * from './interpreter.js';
export * from './preprocessing/index.js';
export * from './primitives/index.js';
export * from './stems/index.js';
