import type { Arithmetic } from './plan/format.js';
import { readPlanMetadata } from './plan/read.js';

/**
 * What each form computes a plan with weights of eight bits fastest in, as measured (docs/runs/engine): bytes where four of them are
 * multiplied and summed at once, halfwords elsewhere but with AVX2.
 */
const FASTEST: Readonly<Record<string, Arithmetic>> = {
  vnni: 'int8',
  avx512: 'int16',
  avx2: 'float',
  sse4: 'int16',
  neon: 'int16',
  relaxed: 'int7', // where its dot product of bytes is right; else as in simd
  simd: 'int16',
};

/** What a plan is computed in: as asked, or what is fastest in this form of all that the plan can be computed in. */
export function chosenArithmetic(
  bytes: Uint8Array,
  { arithmetic, name }: { readonly arithmetic?: Arithmetic; readonly name?: string },
  form: string,
): Arithmetic {
  if (arithmetic !== undefined) return arithmetic;
  const fastest = FASTEST[form] ?? 'float';
  return readPlanMetadata(bytes, name).arithmetics?.includes(fastest) ? fastest : 'float';
}
