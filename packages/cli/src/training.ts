import { join } from 'node:path';
import type { LoadedConfig, TrainResult } from '@pocketnet/lab';
import type { Command } from 'commander';
import { override } from './arguments.js';
import { facts, note, percent, printResult } from './output.js';
import { type CommonOptions, Interrupted } from './verb.js';

/** Options of `train` and `distill`. */
export interface TrainingOptions extends CommonOptions {
  config: string;
  genotype?: string;
  set?: readonly string[];
  resume?: boolean;
  change?: readonly string[];
  out: string;
}

/** What verbs whose work can be resumed share. */
export const defineResumable = (command: Command): Command =>
  command
    .option('--set <key=value>', 'change a key of the configuration, such as data.size=64; repeatable', override)
    .option('--resume', 'continue from the checkpoint in the folder')
    .option(
      '--change <key>',
      'with --resume: accept that a key, such as lr, differs from the checkpoint; repeatable',
      (key, before: readonly string[] = []) => [...before, key],
    );

export const defineTraining = (command: Command): Command =>
  defineResumable(command)
    .requiredOption('--config <file>', 'the experiment, a YAML file (see configs/)')
    .option('--genotype <file>', 'use these cells: a genotype file from a search, softmax_casia, or random:SEED')
    .requiredOption('--out <folder>', "the run's folder, such as runs/first");

/** Trains as the options say and prints the result. @param also further overrides, and a check of the loaded configuration */
export async function runTraining(
  options: TrainingOptions,
  also: { set?: readonly string[]; check?: (loaded: LoadedConfig) => void } = {},
): Promise<void> {
  const { loadConfig, train } = await import('@pocketnet/lab');
  const { config, genotype, set = [], resume = false, change = [], out } = options;
  const chosen = genotype === undefined ? [] : [`genotype=${JSON.stringify(genotype)}`];
  const loaded = loadConfig(config, { set: [...set, ...chosen, ...(also.set ?? [])] });
  also.check?.(loaded);
  const result = await untilInterrupted((signal) => train(loaded, { out, resume, change, signal }));
  if (result.interrupted) {
    throw new Interrupted(
      `Stopped after ${result.steps} steps. The checkpoint is saved: run the same command with --resume to continue to the same numbers.`,
    );
  }
  printResult(options, { out, ...result }, () => text(out, result));
}

/** Runs work that Ctrl-C asks to stop after the current step; a second Ctrl-C ends the process at once. */
export async function untilInterrupted<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(130);
    note('\nStopping after this step, with a checkpoint. Press Ctrl-C again to stop at once.');
    controller.abort();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop);
  try {
    return await work(controller.signal);
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'AbortError') throw error;
    throw new Interrupted('Stopped. Finished work is saved: run the same command with --resume to continue.', {
      cause: error,
    });
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, stop);
  }
}

function text(out: string, { steps, loss, last, best, bestStep, skipped }: TrainResult): string {
  const sets = Object.keys(last).map((name): [string, string] => [
    name,
    `${percent(last[name] ?? Number.NaN)} % at the end, ${percent(best[name] ?? Number.NaN)} % at best`,
  ]);
  return facts([
    ['steps', String(steps)],
    ['loss', loss?.toFixed(4) ?? 'not logged yet'],
    ...sets,
    ...(skipped > 0 ? [['skipped', `${skipped} bad images, named in training.log`] as const] : []),
    ['last weights', join(out, 'last.safetensors')],
    ...(sets.length > 0 ? [['best weights', `${join(out, 'best.safetensors')} (step ${bestStep})`] as const] : []),
    ['next', `pocketnet evaluate ${out} --pairs FILE.bin; pocketnet export --weights FILE --out MODEL.onnx`],
  ]);
}
