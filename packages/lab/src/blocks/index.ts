export * from './cell-inputs.js';
export * from './interpreter.js';
export * from './primitives/index.js';
