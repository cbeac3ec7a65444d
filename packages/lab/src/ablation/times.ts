import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '@pocketnet/files/node';
import { type MeasureOptions, timesOf } from '../latency/index.js';
import { buildBackbone } from '../train/backbone.js';
import type { Trial } from './study.js';

/** What the arms' networks take for an image, all measured in one run. */
export interface ArmTimes {
  machine: string;
  engine: string;
  /** Milliseconds, by arm. */
  ms: Record<string, number>;
}

const timesFile = (out: string): string => join(out, 'times.json');

/**
 * Times every arm's network on the engine, the runs of all of them spread over the same minutes, and keeps the times in the study's folder
 * (times.json).
 */
export async function timeArms(
  out: string,
  trials: readonly Trial[],
  { machine, ...measuring }: MeasureOptions & { machine: string },
): Promise<ArmTimes> {
  const arms = new Map(trials.map((trial) => [trial.arm ?? trial.folder, trial]));
  const networks = Array.from(arms.values(), ({ experiment: { config } }) => ({
    network: buildBackbone(config).backbone,
    side: config.data.size,
  }));
  const times = await timesOf(networks, measuring).finally(() => {
    for (const { network } of networks) network.dispose();
  });
  const ms = Object.fromEntries([...arms.keys()].map((arm, i) => [arm, times[i] ?? Number.NaN]));
  const found = { machine, engine: measuring.engine, ms };
  writeFileAtomic(timesFile(out), `${JSON.stringify(found, null, 1)}\n`);
  return found;
}

/** The times that a study's folder keeps; undefined where none were taken. */
export function readArmTimes(out: string): ArmTimes | undefined {
  return existsSync(timesFile(out)) ? JSON.parse(readFileSync(timesFile(out), 'utf8')) : undefined;
}
