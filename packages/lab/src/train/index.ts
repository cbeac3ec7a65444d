export * from './checkpoint.js';
export * from './nan-guard.js';
export * from './objective.js';
export * from './train.js';
