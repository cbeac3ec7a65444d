import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { ModelFacts } from '@pocketnet/evaluate';
import { kindOfFile } from './kind.js';
import type { EmbeddingSource } from './source.js';

/**
 * What a report says of a model: its size and costs, as far as they can be told. Weights are counted by their network; of an ONNX
 * file, parameters are its float constants.
 *
 * @param network which network weights are of, where their file does not say
 */
export async function modelFacts(
  path: string,
  source: EmbeddingSource,
  dimension: number,
  { network, channels = 'rgb' }: { network?: string; channels?: 'rgb' | 'bgr' } = {},
): Promise<ModelFacts> {
  const { embedder } = source;
  const info = await stat(path);
  const cost = embedder ? await costOf(path, embedder.size, network) : { parameters: null, macs: null, flops: null };
  return {
    name: source.name,
    file: basename(path),
    bytes: info.isFile() ? info.size : null,
    ...cost,
    dimension,
    input: embedder?.size ?? null,
    channels: embedder ? channels : null,
  };
}

type Cost = Pick<ModelFacts, 'parameters' | 'macs' | 'flops'>;

// Imported when first used: an ONNX model needs no libtorch, and weights need no ONNX Runtime.
async function costOf(path: string, size: number, name: string | undefined): Promise<Cost> {
  const kind = kindOfFile(path);
  if (kind === 'plan') return planCost((await (await import('@pocketnet/onnx')).readModelFile(path)).bytes, size);
  if (kind === 'onnx') {
    const [{ onnxCost }, { readModelFile }] = await Promise.all([import('./onnx-cost.js'), import('@pocketnet/onnx')]);
    return onnxCost((await readModelFile(path)).bytes, path, size);
  }
  const { count, loadNetwork } = await import('../networks/index.js');
  const { network, input } = loadNetwork(path, name);
  try {
    const { parameters, macs, flops } = count(network, input);
    return { parameters, macs, flops };
  } finally {
    network.dispose();
  }
}

/** Multiply-adds as the engine counts them: those of lanes that are filled up too. Its weights are packed, so parameters are unknown. */
async function planCost(bytes: Uint8Array, size: number): Promise<Cost> {
  const { openPlan, readPlanHeader } = await import('@pocketnet/engine');
  const plan = await openPlan(bytes, readPlanHeader(bytes).height === 0 ? { height: size, width: size } : {});
  plan.close();
  return { parameters: null, macs: plan.work, flops: null };
}
