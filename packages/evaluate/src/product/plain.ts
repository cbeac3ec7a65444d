import { productSizes } from '@pocketnet/engine';
import type { Product } from './product.js';

/** The product as its formula reads, summed in float64: the reference of all others, and what runs where WebAssembly does not. */
export const plainProduct: Product = (left, right, width, scores) => {
  const { lefts, rights } = productSizes(left, right, width, scores);
  for (let p = 0; p < lefts; p++) {
    for (let g = 0; g < rights; g++) {
      let sum = 0;
      for (let k = 0; k < width; k++) {
        sum += (left[p * width + k] as number) * (right[g * width + k] as number); // inside by the sizes
      }
      scores[p * rights + g] = sum;
    }
  }
};
