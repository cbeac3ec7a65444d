import { availableParallelism } from 'node:os';
import { native, verdict } from './native.js';
import type { Verdict } from './self-test/verify.js';

export interface EngineInfo {
  /** libtorch's version. */
  version: string;
  /** Threads that one operator may use. */
  threads: number;
  cuda: boolean;
  /** Vector instructions that the kernels were chosen for, e.g. `AVX512`. */
  capability: string;
  /** How its convolutions and products compare with plain loops on this processor. */
  selfTest: Verdict;
}

/** What engine this process runs on. */
export function engineInfo(): EngineInfo {
  const { version, threads, cuda, configuration } = native.about();
  const capability = /CPU capability usage: (\S+)/.exec(configuration)?.[1] ?? 'unknown';
  return { version, threads, cuda, capability, selfTest: verdict };
}

/**
 * Asks at the start what an operator would find out late: whether this engine can compute on a device.
 * @param device `cpu`, `cuda` or `cuda:1`
 * @throws an Error that says what to do
 */
export function requireDevice(device: string): void {
  if (device === 'cpu') return;
  if (!/^cuda(:\d+)?$/.test(device)) throw new Error(`There is no device '${device}': name cpu, cuda or cuda:1.`);
  const { version, cuda } = engineInfo();
  if (!cuda)
    throw new Error(
      `The device '${device}' needs a GPU and a libtorch with CUDA; this engine is libtorch ${version}, and finds none. ` +
        'Use the device cpu (--set device=cpu), or see the README of @pocketnet/torch on how the engine is built against another libtorch.',
    );
}

/** The engine's threads where a configuration names none: OMP_NUM_THREADS, by which `launch` parts the cores among ranks; else all cores. */
export function usualThreads(environment: Readonly<Record<string, string | undefined>> = process.env): number {
  const asked = Number.parseInt(environment.OMP_NUM_THREADS ?? '', 10); // may be a list, one number for each nested level
  return asked > 0 ? asked : availableParallelism();
}

/** Sets and returns the number of threads that one operator may use. */
export const setThreads = (count: number): number => native.threads(count);

/** Whether CUDA may round the inputs of products to TF32. */
export const allowTf32 = (allowed: boolean): void => native.allowTf32(allowed);
