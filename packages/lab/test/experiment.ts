import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readTensors } from '@pocketnet/files/node';
import {
  checkConfig,
  type LoadedConfig,
  type MetricsLine,
  readMetrics,
  type TrainOptions,
  type TrainResult,
  train,
} from '@pocketnet/lab';

import { loadTensors, scope } from '@pocketnet/torch';
import { afterAll } from 'vitest';

/** A folder that goes when the tests of a file are done. */
export function workplace(): (...parts: string[]) => string {
  const root = mkdtempSync(join(tmpdir(), 'lab-train-'));
  afterAll(() => rmSync(root, { recursive: true }));
  return (...parts) => join(root, ...parts);
}

/** A small experiment on 16 generated faces of 4 people: 2 batches an epoch. */
export function experiment(changes: Record<string, unknown> = {}, data: Record<string, unknown> = {}): LoadedConfig {
  return checkConfig(
    {
      network: 'pocketnet-xs-64',
      data: { train: 'generated:identities=4,images=4,seed=1,size=32', size: 32, workers: 0, ...data },
      batch: 8,
      maxSteps: 2,
      lr: 0.05,
      lrScaling: 'none',
      schedule: { kind: 'constant' },
      head: { kind: 'arcface', scale: 16, margin: 0.1 },
      threads: 1,
      logEvery: 1,
      ...changes,
    },
    'test',
  );
}

export type Run = TrainResult & { out: string; metrics: MetricsLine[] };

/** Trains into a folder. */
export async function run(
  out: string,
  config: LoadedConfig = experiment(),
  options: Partial<TrainOptions> = {},
): Promise<Run> {
  const result = await train(config, { out, quiet: true, ...options });
  return { ...result, out, metrics: readMetrics(join(out, 'metrics.jsonl')) };
}

export const weights = (out: string, name = 'last'): Buffer => readFileSync(join(out, `${name}.safetensors`));

/** The entries of a file of weights, apart from what it says of itself. */
export const tensors = (out: string, name = 'last'): ReadonlyMap<string, unknown> =>
  readTensors(join(out, `${name}.safetensors`)).tensors;

/** What a file of weights says of itself. */
export const metadata = (out: string, name = 'last'): Readonly<Record<string, string>> =>
  scope(() => loadTensors(join(out, `${name}.safetensors`)).metadata);
