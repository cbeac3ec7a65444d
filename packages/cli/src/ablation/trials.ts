import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import type { TrainResult, Trial } from '@pocketnet/lab';
import { followLauncher, pocketnetScript } from '../launch/index.js';
import { note } from '../output.js';
import { Interrupted } from '../verb.js';

export interface RunTrialsOptions {
  /** The study's folder. */
  out: string;
  /** How many trials train at a time, each in its own process. */
  jobs: number;
  signal: AbortSignal;
  onDone(trial: Trial): void;
}

/**
 * Trains every unfinished trial (variant × seed), `jobs` at a time, resuming from checkpoints. A trial's output goes to `output.log` in its folder.
 * @throws an Error that names the first failed trial, after the others were stopped; Interrupted after Ctrl-C
 */
export async function runTrials(trials: readonly Trial[], options: RunTrialsOptions): Promise<void> {
  const { isDone, saveResult } = await import('@pocketnet/lab');
  const { out, jobs, signal, onDone } = options;
  const queue = trials.filter(({ folder }) => !isDone(join(out, folder)));
  const failed = new AbortController();
  const stop = AbortSignal.any([signal, failed.signal]);
  const worker = async (): Promise<void> => {
    for (let trial = queue.shift(); trial && !stop.aborted; trial = queue.shift()) {
      note(`${trial.folder}: training`);
      const result = await trainInChild(trial, out, jobs, stop);
      if (stop.aborted) return;
      saveResult(join(out, trial.folder), result);
      onDone(trial);
    }
  };
  const settled = await Promise.allSettled(
    Array.from({ length: jobs }, () =>
      worker().catch((error: unknown) => {
        failed.abort();
        throw error;
      }),
    ),
  );
  for (const outcome of settled) if (outcome.status === 'rejected') throw outcome.reason;
  if (signal.aborted) throw new Interrupted('Stopped. Every trial has a checkpoint: run the same command to continue.');
}

/**
 * Runs the `train` verb on the trial's resolved configuration in its own process, so that trials share no threads and no random state. The
 * process has its own session too: a terminal's Ctrl-C then reaches it once, through us. A second one would end it without a checkpoint.
 */
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
  const threads = experiment.config.threads ?? Math.max(1, Math.floor(availableParallelism() / jobs));
  saveConfig(config, { ...experiment.portable, threads });
  const log = join(path, 'output.log');
  const command = ['--import', followLauncher, pocketnetScript(), 'train'];
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
      if (code === 0) return done(JSON.parse(printed) as TrainResult);
      if (signal.aborted) return done({} as TrainResult); // ignored: the study was stopped
      const reason = /"error":"((?:[^"\\]|\\.)*)"/.exec(printed)?.[1] ?? `exit code ${code}`;
      fail(new Error(`${folder} failed: ${reason} (see ${log}).`));
    });
  });
}
