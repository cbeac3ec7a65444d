import { spawnSync } from 'node:child_process';

/** What the program of the self-test writes, one a line: first the library's version, then every computation, at last the result. */
export interface Line {
  version?: string;
  next?: string;
  faults?: string[];
  cases?: number;
  milliseconds?: number;
  libraries?: string[];
}

/** How the engine computes under some environment. */
export type Outcome =
  | {
      state: 'right' | 'wrong';
      version: string;
      faults: string[];
      cases: number;
      milliseconds: number;
      libraries: string[];
    }
  | { state: 'unknown'; reason: string };

type Environment = Readonly<Record<string, string | undefined>>;

/** A second on a quiet machine, most of it for loading libtorch. */
const patience = 120_000;

/** Runs the self-test in a process of its own. It is wrong, too, when the engine ends that process by SIGFPE, SIGSEGV or the like. */
export function runSelfTest(program: string, environment: Environment): Outcome {
  const { stdout, stderr, signal, error } = spawnSync(process.execPath, [program], {
    encoding: 'utf8',
    env: { ...environment, POCKETNET_SELF_TEST: 'off' },
    timeout: patience,
    killSignal: 'SIGKILL',
  });
  const lines = linesOf(stdout ?? '');
  const version = lines.find((line) => line.version)?.version;
  const { next } = lines.findLast((line) => line.next) ?? {};
  const result = lines.at(-1);
  if (version && result?.faults) {
    const { faults, cases = 0, milliseconds = 0, libraries = [] } = result;
    return { state: faults.length === 0 ? 'right' : 'wrong', version, faults, cases, milliseconds, libraries };
  }
  if (error) return { state: 'unknown', reason: error.message };
  if (version && next && signal)
    return {
      state: 'wrong',
      version,
      faults: [`${next}: the engine ended the process by ${signal}`],
      cases: 0,
      milliseconds: 0,
      libraries: [],
    };
  return { state: 'unknown', reason: reasonIn(stderr ?? '') ?? `it ended by ${signal ?? 'itself'} without a result` };
}

/** Node prints where an error was thrown, the error, its stack and the version. */
const reasonIn = (stderr: string): string | undefined =>
  stderr.split('\n').find((line) => /^(\w*Error|node):? /.test(line)) ?? stderr.trim().split('\n').at(-1);

function linesOf(text: string): Line[] {
  return text.split('\n').flatMap((line) => {
    try {
      return [JSON.parse(line) as Line];
    } catch {
      return []; // cut off amid a line, or not the program's own
    }
  });
}
