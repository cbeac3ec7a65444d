export * from './count.js';
export * from './first-bad-layer.js';
export * from './interpreter.js';
export * from './iresnet.js';
export * from './load.js';
export * from './mobilefacenet.js';
export * from './pocketnet.js';
export * from './registry.js';
