export { BesideOneAnother, ChainOfNodes, HalvingNodes } from './copies.js';
export * from './measure.js';
export { keyOf, type Part, partsOf, partsOfFrame, restKey } from './parts.js';
export * from './predict.js';
export * from './signature.js';
export * from './table.js';
