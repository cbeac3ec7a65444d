import { join } from 'node:path';
import type { LoadedConfig, TrainResult } from '@pocketnet/lab';
import type { Command } from 'commander';
import { override } from './arguments.js';
import { facts, note, percent, printResult } from './output.js';
import { type CommonOptions, Interrupted } from './verb.js';

/** What the verbs that train share. */
export interface TrainingOptions extends CommonOptions {
  config: string;
  genotype?: string;
  set?: readonly string[];
  resume?: boolean;
  out: string;
}

export const defineTraining = (command: Command): Command =>
  command
    .requiredOption('--config <file>', 'the experiment, a YAML file (see configs/)')
    .option(
      '--genotype <file>',
      'cells instead of the network’s own: a file that a search wrote, softmax_casia, random:SEED',
    )
    .option('--set <key=value>', 'change a key of it, such as data.size=64; repeatable', override)
    .option('--resume', "go on from the run's checkpoint")
    .requiredOption('--out <folder>', "the run's folder, such as runs/first");

/** Trains as the options say, and prints what came of it. @param also further overrides, and what the experiment must have */
export async function runTraining(
  options: TrainingOptions,
  also: { set?: readonly string[]; check?: (loaded: LoadedConfig) => void } = {},
): Promise<void> {
  const { loadConfig, train } = await import('@pocketnet/lab');
  const { config, genotype, set = [], resume = false, out } = options;
  const chosen = genotype === undefined ? [] : [`genotype=${JSON.stringify(genotype)}`];
  const loaded = loadConfig(config, { set: [...set, ...chosen, ...(also.set ?? [])] });
  also.check?.(loaded);
  const result = await untilInterrupted((signal) => train(loaded, { out, resume, signal }));
  if (result.interrupted) {
    throw new Interrupted(
      `Stopped after ${result.steps} steps; the checkpoint is written. The same command with --resume goes on to the same numbers.`,
    );
  }
  printResult(options, { out, ...result }, () => text(out, result));
}

/** Ctrl-C asks the work to stop at a good place; a second one does not wait for it. */
export async function untilInterrupted<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(130);
    note('\nStopping after this step, with a checkpoint. Again to stop at once.');
    controller.abort();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop);
  try {
    return await work(controller.signal);
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'AbortError') throw error;
    throw new Interrupted('Stopped. What was finished is kept; the same command with --resume goes on.', {
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
  ]);
}
