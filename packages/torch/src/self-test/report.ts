import { readFileSync, writeSync } from 'node:fs';
import { native } from '../native.js';
import type { Line } from './run.js';
import { type Engine, selfTest } from './self-test.js';

/**
 * Runs the self-test and says on stdout, a JSON object a line, what it does: for a process of its own, which a faulty engine may end.
 * @param engine instead of libtorch's own operators
 */
export function report(engine?: Engine): void {
  const say = (line: Line): void => void writeSync(1, `${JSON.stringify(line)}\n`);
  say({ version: native.about().version });
  const result = selfTest(engine, (name) => say({ next: name }));
  say({ ...result, libraries: loadedLibraries() });
}

/** The shared libraries that this process has loaded, whose replacement asks for another self-test. */
function loadedLibraries(): string[] {
  if (process.platform !== 'linux') return [];
  const mapped = readFileSync('/proc/self/maps', 'utf8').match(/\/\S*\.so\b\S*$/gm) ?? [];
  return [...new Set(mapped)].filter((path) => /torch|c10|dnnl|mkl|blas|omp/.test(path)).sort();
}
