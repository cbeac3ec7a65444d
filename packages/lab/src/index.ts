export * from './config/index.js';
export * from './embedders/index.js';
export * from './heads/index.js';
export * from './networks/index.js';
export * from './runs/index.js';
export * from './search-space/genotype.js';
export * from './search-space/genotype-text.js';
export * from './train/index.js';
