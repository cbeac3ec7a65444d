export * from './adam.js';
export * from './clip.js';
export type * from './optimizer.js';
export * from './schedules.js';
export * from './sgd.js';
