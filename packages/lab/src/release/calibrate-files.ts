import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { type FaceSource, openSource } from '@pocketnet/data';
import { writeFileAtomic } from '@pocketnet/files/node';
import { calibratedPlan, calibrateSource, compareGroups, type SourceCalibration } from '../calibration/index.js';
import { type EmbeddingSource, openEmbeddings } from '../embedders/index.js';
import { bareInterval, type ReleaseCard, usualThreshold } from './card.js';
import type { ReleaseDescription } from './description.js';
import { type Computed, nameOfComputed } from './measure.js';

type FileThresholds = ReleaseCard['calibrations'][number];
type Groups = NonNullable<ReleaseDescription['groups']>;

/**
 * The thresholds of every file, measured on that file, as it is computed: rounding moves scores, and with them what a threshold means.
 * What a plan's cosines mean is written into it, too: its match curve in each arithmetic, and the group whose strangers match most often.
 *
 * @param models a plan in floats comes before the same one in integers, which take its worst group over
 */
export async function calibrateFiles(
  { calibration: location, groups }: Pick<ReleaseDescription, 'calibration' | 'groups'>,
  models: readonly Computed[],
  onStep: (what: string) => void,
): Promise<FileThresholds[]> {
  if (location === null) return [];
  const faces = openSource(location);
  const found: FileThresholds[] = [];
  try {
    for (const model of models) {
      onStep(`calibrating ${nameOfComputed(model)}`);
      found.push(await calibrateFile(model, faces, groups));
    }
    return found;
  } finally {
    faces.close();
  }
}

async function calibrateFile(model: Computed, faces: FaceSource, groups: Groups | null): Promise<FileThresholds> {
  const { path, arithmetic } = model;
  const source = await openEmbeddings(path, arithmetic && { arithmetic });
  try {
    const result = await calibrateSource(source, faces, { matchCurve: arithmetic !== undefined });
    const file = nameOfComputed(model);
    const found = { file, ...thresholdsOf(result, faces.name) };
    if (arithmetic !== undefined) {
      writeInto(path, result, { data: faces.name, arithmetic });
      const threshold = usualThreshold({ file, calibrations: [found] });
      if (arithmetic === 'float' && groups && threshold !== undefined)
        await writeWorstGroup(path, source, result, groups, threshold);
    }
    return found;
  } finally {
    await source.close();
  }
}

function thresholdsOf({ calibration }: SourceCalibration, data: string): Omit<FileThresholds, 'file'> {
  const { genuinePairs, impostorPairs, people } = calibration;
  return {
    data,
    pairs: `${genuinePairs} genuine and ${impostorPairs} impostor pairs of ${people} people`,
    thresholds: calibration.thresholds.flatMap(({ fmrTarget, threshold, fmr, fnmr }) =>
      threshold === null || fmr === null
        ? []
        : [{ fmrTarget, threshold, fmr: bareInterval(fmr), fnmr: fnmr && bareInterval(fnmr) }],
    ),
  };
}

async function writeWorstGroup(
  plan: string,
  source: EmbeddingSource,
  calibrated: SourceCalibration,
  { faces: location, naming }: Groups,
  threshold: number,
): Promise<void> {
  const strangers = openSource(location);
  try {
    const groups = await compareGroups(source, strangers, naming, threshold);
    writeInto(plan, { ...calibrated, groups }, { data: strangers.name, naming });
  } finally {
    strangers.close();
  }
}

function writeInto(plan: string, result: SourceCalibration, measured: Parameters<typeof calibratedPlan>[2]): void {
  writeFileAtomic(plan, calibratedPlan(readFileSync(plan), result, measured, basename(plan)));
}
