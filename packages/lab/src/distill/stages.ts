import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** A teacher at one point of its training. */
export interface Stage {
  /** As it is numbered in its file's name: an epoch from 1, or the released code's global step. */
  number: number;
  path: string;
}

/** The weights of a run at the end of an epoch, counted from 1: what `keepEpochs` leaves, and what a multi-step student reads. */
export const epochName = (epoch: number): string => `epoch-${String(epoch).padStart(4, '0')}`;

/** Names of per-epoch weights: ours, and the released code's `11372backbone.pth`. */
const stageNames = [/^epoch-(\d+)\.safetensors$/, /^(\d+)backbone\.pth$/];

/**
 * The stages of a teacher, the earliest first: of a file its only one, of a run's folder the weights of its epochs.
 * @throws an Error that names the path when nothing is there
 */
export function findStages(path: string): Stage[] {
  if (!existsSync(path)) throw new Error(`The teacher ${path} does not exist; a run does not start without it.`);
  if (!statSync(path).isDirectory()) return [{ number: 1, path }];
  const names = readdirSync(path);
  for (const pattern of stageNames) {
    const found = names.flatMap((name) => {
      const number = pattern.exec(name)?.[1];
      return number === undefined ? [] : [{ number: Number(number), path: join(path, name) }];
    });
    if (found.length > 0) return found.sort((a, b) => a.number - b.number);
  }
  throw new Error(
    `${path} holds no weights of a teacher's epochs (epoch-0001.safetensors, or 11372backbone.pth): train the teacher with ` +
      'keepEpochs: true, or name one file, such as its last.safetensors, with stages: last.',
  );
}

/** Which of the teacher's stages a student's epoch learns from. */
export type StageSchedule = 'matched' | 'stretched' | 'last' | readonly number[];

/**
 * For every epoch of the student (from 0) the place of its teacher among the stages (from 0).
 *
 * - `matched`, the paper (facts 1.7): epoch e learns from the teacher at the end of its own epoch e, so there must be as many;
 * - `stretched`: the same for other numbers of epochs, stage ⌈(e + 1) · stages / epochs⌉;
 * - `last`: the finished teacher throughout, which is ordinary distillation;
 * - a list: the stage (from 1) of every epoch; its last entry holds for those that follow.
 *
 * @throws an Error that says how many stages there are and how many are needed
 */
export function assignStages(schedule: StageSchedule, stages: number, epochs: number): number[] {
  if (schedule === 'matched' && stages < epochs) {
    throw new Error(
      `The student trains for ${epochs} epochs, but the teacher has ${stages} stage${stages === 1 ? '' : 's'}: ` +
        'stages: stretched spreads them over its epochs, and stages: last uses the finished teacher alone.',
    );
  }
  return Array.from({ length: epochs }, (_, epoch) => {
    if (schedule === 'matched') return epoch;
    if (schedule === 'last') return stages - 1;
    if (schedule === 'stretched') return Math.ceil(((epoch + 1) * stages) / epochs) - 1;
    const listed = schedule[Math.min(epoch, schedule.length - 1)] ?? stages;
    if (listed > stages) throw new Error(`teacher.stages asks for stage ${listed}; the teacher has ${stages}.`);
    return listed - 1;
  });
}
