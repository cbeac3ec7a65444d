export { backboneCost } from './backbone.js';
export * from './checkpoint.js';
export * from './nan-guard.js';
export * from './objective.js';
export * from './optimizers.js';
export * from './schedule.js';
export * from './threads.js';
export * from './train.js';
export { WeightAverage } from './weight-average.js';
