export * from './signature.js';
export * from './table.js';
