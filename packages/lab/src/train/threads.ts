import { availableParallelism } from 'node:os';

/** The engine's threads where a configuration names none: OMP_NUM_THREADS, by which `launch` parts the cores among ranks; else all cores. */
export function usualThreads(environment: Readonly<Record<string, string | undefined>> = process.env): number {
  const asked = Number.parseInt(environment.OMP_NUM_THREADS ?? '', 10); // may be a list, one number for each nested level
  return asked > 0 ? asked : availableParallelism();
}
