import { plainProduct } from './plain.js';
import type { Product } from './product.js';
import { wasmProduct, wasmProductRuns } from './wasm.js';

/** Every product of this package by its name; libtorch's is the lab's. */
export const products: ReadonlyMap<string, { runs: () => boolean; make: () => Product }> = new Map([
  ['wasm', { runs: wasmProductRuns, make: wasmProduct }],
  ['plain', { runs: () => true, make: () => plainProduct }],
]);

/** The first of {@link products} that runs here, the fastest standing first. */
export function bestProduct(): Product {
  for (const { runs, make } of products.values()) if (runs()) return make();
  return plainProduct;
}
