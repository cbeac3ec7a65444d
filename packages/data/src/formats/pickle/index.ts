export { PickleError } from './globals.js';
export { readPickle } from './reader.js';
export { ArrayType, Global, PickledArray, PickledText, type PickleValue } from './values.js';
