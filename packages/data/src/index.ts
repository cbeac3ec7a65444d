export * from './augment/index.js';
export { DataError, type Fault } from './data-error.js';
export * from './faces/index.js';
export * from './formats/index.js';
export * from './loader/index.js';
export * from './pack/index.js';
export * from './picture/index.js';
export { Random } from './random.js';
export * from './sources/index.js';
