import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What a finished command left. `code` is null where a signal ended it. */
export interface Finished {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface CallOptions {
  cwd?: string;
  env?: Record<string, string | undefined>;
  /** Flags of node itself. */
  node?: readonly string[];
}

const script = fileURLToPath(new URL('../bin/pocketnet.js', import.meta.url));

/** Starts the built command as a user does. */
export function start(
  args: readonly string[],
  options: CallOptions = {},
): { child: ChildProcess; finished: Promise<Finished> } {
  const child = spawn(process.execPath, [...(options.node ?? []), script, ...args], {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout?.on('data', (part) => (stdout += part));
  child.stderr?.on('data', (part) => (stderr += part));
  const finished = new Promise<Finished>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
  return { child, finished };
}

export const pocketnet = (args: readonly string[], options?: CallOptions): Promise<Finished> =>
  start(args, options).finished;

/** Runs a command with --json that must succeed, and gives its one object. */
export async function json(args: readonly string[], options?: CallOptions): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await pocketnet([...args, '--json'], options);
  if (code !== 0) throw new Error(`pocketnet ${args.join(' ')} ended with ${code}: ${stderr}`);
  return JSON.parse(stdout) as Record<string, unknown>;
}

/** For node's --import: says on stderr, when the process ends, whether it had loaded libtorch. */
export const watchEngine = `data:text/javascript,${encodeURIComponent(
  "process.on('exit', () => process.stderr.write('engine:' + process.report.getReport().sharedObjects.some((file) => file.includes('libtorch'))))",
)}`;

/**
 * For node's --import: a process that sends itself a signal as soon as a file is there, and writes `FILE.signalled` before. From outside a
 * signal may come too late.
 *
 * @param rank of several processes, the one that does
 */
export function signalledAt(file: string, signal: 'SIGINT' | 'SIGKILL', rank?: number): string {
  const mine = rank === undefined ? 'true' : `process.env.RANK === '${rank}'`;
  const program = `import { existsSync, writeFileSync } from 'node:fs';
    const file = ${JSON.stringify(file)};
    const look = setInterval(() => {
      if (!existsSync(file)) return;
      clearInterval(look);
      writeFileSync(file + '.signalled', '');
      process.kill(process.pid, '${signal}');
    }, 1).unref();
    if (!(${mine})) clearInterval(look);`;
  return `data:text/javascript,${encodeURIComponent(program)}`;
}

/** A folder that is removed afterwards. */
export function workplace(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'pocketnet-cli-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** A training of seconds: the smallest network on a few drawn faces. One thread, so that numbers repeat to the bit. */
export function writeTinyConfig(folder: string, pairs = 'pairs.bin'): string {
  const path = join(folder, 'tiny.yaml');
  const lines = [
    'network: pocketnet-xs-64',
    'data:',
    '  train: generated:identities=8,images=8,size=32',
    `  val: [{ pairs: ${pairs}, folds: 5 }]`,
    '  size: 32',
    'batch: 8',
    'maxSteps: 40',
    'lr: 0.1',
    'lrScaling: none',
    'schedule: { kind: constant }',
    'seed: 3',
    'threads: 1',
    'logEvery: 5',
    'evalEvery: 20',
    'checkpointEvery: 4',
  ];
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}
