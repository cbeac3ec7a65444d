export { backboneCost } from './backbone.js';
export * from './checkpoint.js';
export * from './lesson.js';
export * from './nan-guard.js';
export * from './objective.js';
export * from './optimizers.js';
export { TrainRecord } from './record.js';
export * from './train.js';
export { WeightAverage } from './weight-average.js';
