export type { SearchMethod } from './method.js';
export { findSearchMethod, searchMethods } from './registry.js';
