import { arch } from 'node:os';

/** Environment variables that lower what a library takes the processor for. They work only before the library is first used. */
export type WayAround = Readonly<Record<string, string>>;

const oneDnn = { ONEDNN_MAX_CPU_ISA: 'AVX2' };
const openBlas = { OPENBLAS_CORETYPE: 'Haswell' };
const others = { MKL_ENABLE_INSTRUCTIONS: 'AVX2', ATEN_CPU_CAPABILITY: 'avx2' };

/** What is tried, in this order, when the engine computes wrong: convolutions are oneDNN's, products OpenBLAS's or MKL's. */
export const waysAround: readonly WayAround[] =
  arch() === 'x64' ? [oneDnn, openBlas, { ...oneDnn, ...openBlas, ...others }] : [];

/** `A=1 B=2`, as one writes it before a command. */
export const asAssignments = (way: WayAround): string =>
  Object.entries(way)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
