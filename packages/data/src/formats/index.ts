export { AtomicFile, writeAtomically } from './atomic-file.js';
export { type PairSet, readPairs, writePairs } from './pairs.js';
export * from './recordio/index.js';
