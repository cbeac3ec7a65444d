import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

export interface RankEnded {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
  /** From its start to its end, and when that was, by the clock of performance.now(). */
  seconds: number;
  at: number;
}

export interface Rank {
  process: ChildProcess;
  ended: Promise<RankEnded>;
  /** Until it has written a word to stdout. */
  saying(word: string): Promise<void>;
}

export interface Start {
  size: number;
  port: number;
  args?: readonly string[];
  /** Beside torchrun's variables. */
  environment?: Record<string, string>;
}

/** Starts a program of this folder as one rank of several, with torchrun's environment. */
export function startRank(program: string, rank: number, { size, port, args = [], environment = {} }: Start): Rank {
  const path = fileURLToPath(new URL(program, import.meta.url));
  const begun = performance.now();
  const child = spawn(process.execPath, [path, ...args], {
    env: {
      ...process.env,
      RANK: String(rank),
      LOCAL_RANK: String(rank),
      WORLD_SIZE: String(size),
      LOCAL_WORLD_SIZE: String(size),
      MASTER_ADDR: '127.0.0.1',
      MASTER_PORT: String(port),
      OMP_NUM_THREADS: String(Math.max(1, Math.floor(availableParallelism() / size))),
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 50_000,
    killSignal: 'SIGKILL',
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (part) => (stdout += part));
  child.stderr.on('data', (part) => (stderr += part));
  const ended = new Promise<RankEnded>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      const at = performance.now();
      resolve({ code, signal, stdout, stderr, seconds: (at - begun) / 1000, at });
    });
  });
  const saying = (word: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (stdout.includes(word)) resolve();
      };
      child.stdout.on('data', look);
      child.on('close', () => reject(new Error(`It ended without saying ${word}: ${stderr}`)));
      look();
    });
  return { process: child, ended, saying };
}

/** Runs a program of this folder as `size` ranks on this machine to their end. */
export async function runRanks(program: string, size: number, args: readonly string[] = []): Promise<RankEnded[]> {
  const port = await freePort();
  return Promise.all(Array.from({ length: size }, (_, rank) => startRank(program, rank, { size, port, args }).ended));
}

/** As `runRanks`, for ranks that must end well; each one's last line of stdout is JSON. */
export async function resultsOf<T>(program: string, size: number, args: readonly string[] = []): Promise<T[]> {
  const ended = await runRanks(program, size, args);
  return ended.map(({ code, signal, stdout, stderr }, rank) => {
    if (code !== 0) throw new Error(`rank ${rank} ended with ${code ?? signal}: ${stderr}`);
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as T;
  });
}

/** The system hands out another port each time, so nobody else has got it in the moment until it is used. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}
