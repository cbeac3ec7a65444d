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
  /** Trainings at a time, each a process of its own. */
  jobs: number;
  signal: AbortSignal;
  onDone(trial: Trial): void;
}

/**
 * Trains what is not yet done, `jobs` at a time, each from where it was left. What a training prints goes into `output.log` in its folder.
 * @throws an Error that names the first trial that failed, when those beside it have been stopped; Interrupted after a Ctrl-C
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
  if (signal.aborted) throw new Interrupted('Stopped; every training has its checkpoint. The same command goes on.');
}

/**
 * The `train` verb on the trial's resolved configuration, in a process of its own: engines share no threads and no random state. In a session
 * of its own too, so that a terminal's Ctrl-C comes to it once, by us: the second would end it without a checkpoint.
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
      if (signal.aborted) return done({} as TrainResult); // not looked at: the study has been stopped
      const reason = /"error":"((?:[^"\\]|\\.)*)"/.exec(printed)?.[1] ?? `exit code ${code}`;
      fail(new Error(`${folder} failed: ${reason} (see ${log}).`));
    });
  });
}
