export { type PairSet, readPairs, writePairs } from './pairs.js';
export * from './recordio/index.js';
