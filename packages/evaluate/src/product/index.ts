export { plainProduct } from './plain.js';
export { type Product, productSizes } from './product.js';
export { bestProduct, products } from './registry.js';
export { wasmProduct, wasmProductRuns } from './wasm/product.js';
