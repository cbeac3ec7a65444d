import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** How a rank ended. */
export interface Ending {
  rank: number;
  code: number | null;
  signal: NodeJS.Signals | null;
  /** Its last line on stderr, if the launcher reads it. */
  lastLine: string;
}

export interface RankOptions {
  rank: number;
  /** A script for node and its arguments. */
  command: readonly string[];
  environment: NodeJS.ProcessEnv;
  /** What happens to its output: passed through, held back until the end (stdout only), or stderr prefixed and stdout dropped. */
  output: 'through' | 'held' | 'prefixed';
}

/** For node's `--import`: ends a child process when the process that started it (and holds its IPC channel) is gone. */
export const followLauncher = new URL('./follow-launcher.js', import.meta.url).href;

/** One process of a job. */
export class Rank {
  readonly rank: number;
  /** All it wrote to stdout, if that is held back. */
  stdout = '';
  /** Settles when the process has ended and its output was read. */
  readonly ended: Promise<Ending>;
  /** Settles when the process has ended, before its output is read. */
  readonly exited: Promise<Ending>;
  readonly #child: ChildProcess;
  #lastLine = '';

  constructor({ rank, command, environment, output }: RankOptions) {
    this.rank = rank;
    this.#child = spawn(process.execPath, ['--import', followLauncher, ...command], {
      env: environment,
      detached: true,
      stdio: [
        'ignore',
        output === 'through' ? 'inherit' : output === 'held' ? 'pipe' : 'ignore',
        output === 'prefixed' ? 'pipe' : 'inherit',
        'ipc',
      ],
    });
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    if (this.#child.stderr) {
      createInterface({ input: this.#child.stderr }).on('line', (line) => {
        if (line.trim() !== '') this.#lastLine = line;
        process.stderr.write(`[rank ${rank}] ${line}\n`);
      });
    }
    const endsWith = (event: 'exit' | 'close'): Promise<Ending> =>
      new Promise((resolve, reject) => {
        this.#child.on('error', reject);
        this.#child.on(event, (code, signal) => resolve({ rank, code, signal, lastLine: this.#lastLine }));
      });
    this.exited = endsWith('exit');
    this.ended = endsWith('close');
    for (const promise of [this.exited, this.ended]) promise.catch(() => {}); // whoever awaits one hears of it
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  send(signal: NodeJS.Signals): void {
    if (this.isRunning) this.#child.kill(signal);
  }
}

/** The file of this very command. */
export const pocketnetScript = (): string => fileURLToPath(new URL('../../bin/pocketnet.js', import.meta.url));
