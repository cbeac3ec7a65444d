import { cpus } from 'node:os';

/** Processor, cores and Node, as reports name the machine. */
export function machineLine(): string {
  const cores = cpus();
  return `${cores[0]?.model.trim() ?? 'unknown processor'}, ${cores.length} cores, Node ${process.version}`;
}
