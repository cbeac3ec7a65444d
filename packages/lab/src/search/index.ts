export * from './architect.js';
export * from './bilevel-step.js';
export * from './cost.js';
export * from './read-alphas.js';
export * from './report.js';
export * from './result.js';
export * from './schema.js';
export * from './search.js';
