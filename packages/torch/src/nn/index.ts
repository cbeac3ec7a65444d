export * from './containers.js';
export * from './layers.js';
export * from './module.js';
