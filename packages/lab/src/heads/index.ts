export * from './arcface.js';
export * from './head.js';
export * from './registry.js';
