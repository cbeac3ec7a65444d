export * from './alphas.js';
export * from './derive.js';
export * from './draw.js';
export * from './genotype.js';
export * from './genotype-file.js';
export * from './genotype-text.js';
export * from './mixed-op.js';
export * from './search-network.js';
