import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** How a rank ended. */
export interface Ending {
  rank: number;
  code: number | null;
  signal: NodeJS.Signals | null;
  /** Its last words on stderr, where the launcher reads them. */
  lastLine: string;
}

export interface RankOptions {
  rank: number;
  /** A script for node and its arguments. */
  command: readonly string[];
  environment: NodeJS.ProcessEnv;
  /** What happens to its output: passed on as it is, held back until its end (stdout only), or prefixed on stderr and dropped on stdout. */
  output: 'through' | 'held' | 'prefixed';
}

/** For node's `--import`, of a process with a channel to this one: ends it when this one is gone. */
export const followLauncher = new URL('./follow-launcher.js', import.meta.url).href;

/** One process of a job. */
export class Rank {
  readonly rank: number;
  /** All that it wrote to stdout, where that is held back. */
  stdout = '';
  /** Settles when it has ended and its output is read. */
  readonly ended: Promise<Ending>;
  /** Settles when it has ended, earlier than `ended`. */
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
