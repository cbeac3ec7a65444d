// The last call that was begun, in a file: a call that ends the process is found there.

import { spawnSync } from 'node:child_process';
import { openSync, readFileSync, writeSync } from 'node:fs';

export function openJournal(path) {
  const file = openSync(path, 'w');
  return (text) => writeSync(file, `${text.slice(0, 2000).replaceAll('\n', ' ').padEnd(2000)}\n`, 0);
}

/** Lets this process take so many more bytes of address space than it has now; without `prlimit`, as many as it likes. */
export function capMemory(bytes) {
  const held = Number(/VmSize:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? 0) * 1024;
  spawnSync('prlimit', ['--pid', String(process.pid), `--as=${held + bytes}`, '--core=0']);
}

/** A value as one short line. */
export function show(value, depth = 0) {
  try {
    if (typeof value === 'object' && value !== null) {
      if (value.isTensor) return `Tensor#${value.about ?? '?'}`;
      if (Array.isArray(value))
        return depth > 2 || value.length > 40
          ? `array of ${value.length}`
          : `[${Array.from(value, (v) => show(v, depth + 1))}]`;
      return Object.prototype.toString.call(value);
    }
    return typeof value === 'bigint'
      ? `${value}n`
      : Object.is(value, -0)
        ? '-0'
        : String(typeof value === 'string' ? `'${value}'` : String(value));
  } catch {
    return 'something unprintable';
  }
}

/** Notes on each tensor among the arguments what it is, for the journal. */
export function annotate(values) {
  for (const value of values) {
    if (Array.isArray(value) && value.length < 100) {
      let elements = [];
      try {
        elements = [...value];
      } catch {
        /* an element that throws */
      }
      annotate(elements);
    } else if (value?.isTensor && value.about === undefined) {
      try {
        value.about = `${value}${value.requiresGrad ? 'g' : ''}`;
      } catch {
        value.about = 'freed';
      }
    }
  }
}
