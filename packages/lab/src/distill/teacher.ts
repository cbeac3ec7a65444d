import { existsSync } from 'node:fs';
import type { Embedder } from '../embedders/embedder.js';
import type { Stage } from './stages.js';
import { type TeacherModel, teacherKindOf } from './teachers/index.js';

/**
 * Opens a teacher at one stage.
 * @param exact in full precision, for embeddings that are kept
 * @throws an Error that names the teacher's file, when it is missing or is no network that can be opened
 */
export async function openStage(
  model: TeacherModel,
  { path }: Stage,
  device: string,
  { exact = false } = {},
): Promise<Embedder> {
  if (!existsSync(path)) throw new Error(`The teacher ${path} does not exist; a run does not start without it.`);
  try {
    return await teacherKindOf(path).open(path, model, device, exact);
  } catch (cause) {
    throw new Error(`The teacher cannot be used: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

/** Opens every stage that will be used and closes it again, so that a bad one stops a run before its first step. */
export async function checkStages(
  model: TeacherModel,
  stages: readonly Stage[],
  device: string,
): Promise<{ dimension: number; size: number }> {
  let first: { dimension: number; size: number; path: string } | undefined;
  for (const stage of stages) {
    const { dimension, size, close } = await openStage(model, stage, device);
    await close();
    first ??= { dimension, size, path: stage.path };
    if (dimension !== first.dimension || size !== first.size) {
      throw new Error(
        `The teacher's stages differ: ${first.path} gives ${first.dimension} numbers for ${first.size} pixels, ${stage.path} ${dimension} for ${size}.`,
      );
    }
  }
  if (!first) throw new Error(`The teacher ${model.path} has no stages.`);
  return first;
}
