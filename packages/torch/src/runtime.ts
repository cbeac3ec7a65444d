import { native } from './native.js';

export interface EngineInfo {
  /** libtorch's version. */
  version: string;
  /** Threads that one operator may use. */
  threads: number;
  cuda: boolean;
  /** Vector instructions that the kernels were chosen for, e.g. `AVX512`. */
  capability: string;
}

/** What engine this process runs on. */
export function engineInfo(): EngineInfo {
  const { version, threads, cuda, configuration } = native.about();
  const capability = /CPU capability usage: (\S+)/.exec(configuration)?.[1] ?? 'unknown';
  return { version, threads, cuda, capability };
}

/** Sets and returns the number of threads that one operator may use. */
export const setThreads = (count: number): number => native.threads(count);

/** Whether CUDA may round the inputs of products to TF32. */
export const allowTf32 = (allowed: boolean): void => native.allowTf32(allowed);
