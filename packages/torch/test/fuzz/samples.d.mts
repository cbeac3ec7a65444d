import type { Dtype, Tensor } from '@pocketnet/torch';
import type { Random } from './random.mjs';

export interface Maker {
  dtype: Dtype;
  real(...shape: number[]): Tensor;
  positive(...shape: number[]): Tensor;
  distinct(...shape: number[]): Tensor;
  index(below: number, ...shape: number[]): Tensor;
  mask(...shape: number[]): Tensor;
}

export function maker(random: Random, dtype?: Dtype): Maker;
export type Sample = (make: Maker) => unknown[];
export const differentiable: Record<string, Sample>;
export const others: Record<string, Sample>;
export const samples: Record<string, Sample>;
