export type { CellShape, Preprocessing } from './preprocessing.js';
export { findPreprocessing, preprocessings } from './registry.js';
