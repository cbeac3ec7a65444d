export type { ListLine } from './lines.js';
export { type ListedPair, type PairsList, readPairsList } from './pairs-list.js';
