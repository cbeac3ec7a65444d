import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import type { SearchTrial, TrainResult, Trial } from '@pocketnet/lab';
import { followLauncher, pocketnetScript } from '../launch/index.js';
import { note } from '../output.js';
import { Interrupted } from '../verb.js';

export interface RunOptions {
  /** The study's folder. */
  out: string;
  /** How many work at a time, each in its own process. */
  jobs: number;
  signal: AbortSignal;
}

export interface RunTrialsOptions extends RunOptions {
  onDone(trial: Trial): void;
}

/** Makes every unfinished search that arms need, resuming from checkpoints, as `runTrials` trains. */
export async function runSearches(searches: readonly SearchTrial[], { out, ...options }: RunOptions): Promise<void> {
  const { saveConfig } = await import('@pocketnet/lab');
  const unfinished = searches.filter(({ folder }) => !existsSync(join(out, folder, 'genotype.json')));
  await inTurn(unfinished, options, async ({ folder, search }, stop) => {
    note(`${folder}: searching`);
    const path = join(out, folder);
    mkdirSync(path, { recursive: true });
    const config = join(path, 'search.yaml');
    const threads = search.config.threads ?? threadsOf(options);
    saveConfig(config, { ...search.portable, threads });
    await runInChild('search', config, { folder, out, threads }, stop);
    if (!stop.aborted) note(`${folder}: done`);
  });
}

/**
 * Trains every unfinished trial (variant × seed), `jobs` at a time, resuming from checkpoints. A trial's output goes to `output.log` in its folder.
 * @throws an Error that names the failed trials, after the others were trained; Interrupted after Ctrl-C
 */
export async function runTrials(trials: readonly Trial[], options: RunTrialsOptions): Promise<void> {
  const { isDone, saveResult } = await import('@pocketnet/lab');
  const { out, jobs, signal, onDone } = options;
  const unfinished = trials.filter(({ folder }) => !isDone(join(out, folder)));
  await inTurn(unfinished, { jobs, signal }, async (trial, stop) => {
    note(`${trial.folder}: training`);
    const result = await trainInChild(trial, out, jobs, stop);
    if (stop.aborted) return;
    saveResult(join(out, trial.folder), result, trial);
    onDone(trial);
  });
}

/**
 * Does one thing after the other, some at a time. One that fails does not keep the others from being done: a study tells of it, and goes on.
 * @throws an Error of all that failed, at the end; Interrupted after Ctrl-C
 */
async function inTurn<T>(
  things: readonly T[],
  { jobs, signal }: { jobs: number; signal: AbortSignal },
  work: (thing: T, stop: AbortSignal) => Promise<void>,
): Promise<void> {
  const queue = [...things];
  const failures: Error[] = [];
  const worker = async (): Promise<void> => {
    for (let thing = queue.shift(); thing && !signal.aborted; thing = queue.shift())
      await work(thing, signal).catch((error: unknown) => {
        const failure = error instanceof Error ? error : new Error(String(error));
        failures.push(failure);
        note(failure.message);
      });
  };
  await Promise.all(Array.from({ length: jobs }, worker));
  if (signal.aborted) throw new Interrupted('Stopped. Every trial has a checkpoint: run the same command to continue.');
  const [first, ...more] = failures;
  if (!first) return;
  const others = more.length > 0 ? ` So did ${more.length} more, each told above.` : '';
  throw new Error(`${first.message}${others} What else there was to do is done; the same command tries again.`);
}

const threadsOf = ({ jobs }: { jobs: number }): number => Math.max(1, Math.floor(availableParallelism() / jobs));

/** Runs the `train` verb on the trial's resolved configuration. */
async function trainInChild(
  { folder, experiment }: Trial,
  out: string,
  jobs: number,
  signal: AbortSignal,
): Promise<TrainResult> {
  const { saveConfig, trialFile } = await import('@pocketnet/lab');
  const path = join(out, folder);
  mkdirSync(path, { recursive: true });
  const config = trialFile(path);
  const threads = experiment.config.threads ?? threadsOf({ jobs });
  saveConfig(config, { ...experiment.portable, threads });
  return runInChild<TrainResult>('train', config, { folder, out, threads }, signal);
}

/**
 * Runs a verb on a configuration in a process of its own, so that neighbours share no threads and no random state. The process has its own
 * session too: a terminal's Ctrl-C then reaches it once, through us. A second one would end it without a checkpoint.
 * @returns what it printed, nothing of use where it was stopped
 */
async function runInChild<T>(
  verb: 'train' | 'search',
  config: string,
  { folder, out, threads }: { folder: string; out: string; threads: number },
  signal: AbortSignal,
): Promise<T> {
  const path = join(out, folder);
  const log = join(path, 'output.log');
  const command = ['--import', followLauncher, pocketnetScript(), verb];
  const errors = openSync(log, 'a');
  const child = spawn(process.execPath, [...command, '--config', config, '--out', path, '--resume', '--json'], {
    detached: true,
    stdio: ['ignore', 'pipe', errors, 'ipc'],
    env: { ...process.env, STUDY: resolve(out), OMP_NUM_THREADS: String(threads) },
  });
  closeSync(errors); // the child has its own
  const interrupt = (): boolean => child.kill('SIGINT');
  signal.addEventListener('abort', interrupt);
  return new Promise((done, fail) => {
    let printed = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
    });
    child.on('error', fail);
    child.on('close', (code) => {
      signal.removeEventListener('abort', interrupt);
      if (code === 0) return done(JSON.parse(printed) as T);
      if (signal.aborted) return done({} as T); // ignored: the study was stopped
      const reason = /"error":"((?:[^"\\]|\\.)*)"/.exec(printed)?.[1] ?? `exit code ${code}`;
      fail(new Error(`${folder} failed: ${reason} (see ${log}).`));
    });
  });
}
