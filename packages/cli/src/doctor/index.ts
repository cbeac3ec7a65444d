import { data } from './data.js';
import { engine } from './engine.js';
import type { Check, Finding } from './finding.js';
import { machine } from './machine.js';
import { runtimes } from './runtimes.js';

/** Every check, in the order of the report: a new one is one file here and one line. */
export const checks: readonly Check[] = [machine, engine, runtimes, data];

export async function examine(): Promise<Finding[]> {
  const found: Finding[] = [];
  for (const check of checks) found.push(...(await check()));
  return found;
}
