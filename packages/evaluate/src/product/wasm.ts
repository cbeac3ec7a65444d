import { FORMS, formRuns, openProduct } from '@pocketnet/engine';
import type { Product } from './product.js';

/** Whether WebAssembly with 128-bit SIMD runs here. */
export const wasmProductRuns = (): boolean => FORMS.some(formRuns);

/**
 * The engine's product in WebAssembly, on the calling thread. Its memory grows with the largest block it was given and is freed with it.
 *
 * @throws an Error where WebAssembly with SIMD does not run: take `plainProduct` there, or `bestProduct()`
 */
export const wasmProduct = (): Product => openProduct();
