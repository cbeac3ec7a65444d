import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface Ended {
  status: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** Runs a program of this folder's parent, e.g. `children/workers.mjs`, to its end; after `seconds` it is killed. @param cwd where it runs */
export function runChild(
  program: string,
  args: readonly (string | number)[] = [],
  seconds = 60,
  flags: readonly string[] = [],
  cwd = fileURLToPath(new URL('..', import.meta.url)),
  environment: Record<string, string> = {},
): Ended {
  const path = fileURLToPath(new URL(`../${program}`, import.meta.url));
  return spawnSync(process.execPath, [...flags, path, ...args.map(String)], {
    encoding: 'utf8',
    timeout: seconds * 1000,
    killSignal: 'SIGKILL',
    env: { ...process.env, ...environment },
    cwd,
  });
}
