export * from './count.js';
export * from './first-bad-layer.js';
export * from './fold.js';
export * from './iresnet.js';
export { type LoadedNetwork, loadNetwork } from './load.js';
export * from './mobilefacenet.js';
export * from './pocketnet.js';
export * from './registry.js';
export * from './start-from.js';
