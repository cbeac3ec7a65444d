export * from './cache.js';
export * from './fill.js';
export * from './losses.js';
export * from './projection.js';
export * from './stages.js';
export * from './targets.js';
export * from './teacher.js';
export * from './teachers/index.js';
