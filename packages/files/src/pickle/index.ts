export { ArrayType, numpyClasses, PickledArray } from './numpy.js';
export { readPickle } from './reader.js';
export { ForeignValue, type PickleClasses, PickledObject, PickledText, PickleError, PickleFunction } from './values.js';
export { PickleWriter } from './writer.js';
