export { plainProduct } from './plain.js';
export type { Product } from './product.js';
export { bestProduct, products } from './registry.js';
export { wasmProduct, wasmProductRuns } from './wasm.js';
