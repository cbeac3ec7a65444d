import { existsSync } from 'node:fs';
import { randomState, setRandomState } from '@pocketnet/torch';
import type { Embedder } from '../embedders/embedder.js';
import { kindOfFile } from '../embedders/kind.js';
import { networkEmbedder } from '../embedders/network.js';
import { openEmbedder } from '../embedders/open.js';
import { type LoadedNetwork, loadNetwork } from '../networks/index.js';
import type { Stage } from './stages.js';

/** A teacher as a configuration names it. */
export interface TeacherModel {
  path: string;
  channels: 'rgb' | 'bgr';
  /** Of its cosines among those of several teachers; 1 unless said. */
  weight?: number | undefined;
  /** Which network weights are of, where their file does not say. */
  network?: string | undefined;
  /** Of a live teacher on libtorch; cached embeddings are always made in float32. */
  precision?: 'float32' | 'bf16' | undefined;
  /** Of an ONNX teacher, where its graph does not tell how it wants the pixels. */
  mean?: readonly number[] | undefined;
  scale?: number | undefined;
}

/**
 * Opens a teacher at one stage: any ONNX model, or weights of a registered network.
 * @throws an Error that names the teacher's file, when it is missing or is no network that can be opened
 */
export async function openStage(
  { network: name, precision = 'float32', mean, scale }: TeacherModel,
  { path }: Stage,
  device: string,
): Promise<Embedder> {
  if (!existsSync(path)) throw new Error(`The teacher ${path} does not exist; a run does not start without it.`);
  try {
    if (kindOfFile(path) === 'onnx')
      return await openEmbedder(path, { ...(mean && { mean }), ...(scale !== undefined && { scale }) });
    const { network, entry, embedding, input } = withoutDrawing(() => loadNetwork(path, name));
    const embedder = networkEmbedder(network.to({ device }), {
      name: entry.name,
      dimension: embedding,
      size: input,
      device,
      frozen: true,
      precision,
    });
    return {
      ...embedder,
      async close() {
        await embedder.close();
        network.dispose();
      },
    };
  } catch (cause) {
    throw new Error(`The teacher cannot be used: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

/**
 * Leaves the engine's generator as it was. A network is drawn before its weights are read; without this a student's margins would depend on
 * whether a cache was there, and on where a run was resumed.
 */
function withoutDrawing(load: () => LoadedNetwork): LoadedNetwork {
  const state = randomState();
  try {
    return load();
  } finally {
    setRandomState(state);
    state.dispose();
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
