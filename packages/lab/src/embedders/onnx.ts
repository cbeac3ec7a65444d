import { basename } from 'node:path';
import { fromHalf, type Model, openModel } from '@pocketnet/onnx';
import { fastestBatch } from './batch-size.js';
import type { Embedder } from './embedder.js';
import { cropSide, type ImageInput, imageInput, packer } from './onnx-input.js';
import type { OpenOptions } from './open.js';
import { pixelsOfFile } from './pixels.js';

/**
 * Any ONNX face embedder: one image input of float32, float16 or bytes, NCHW or NHWC, square or not, of a fixed or a free batch, and its
 * first output as the embedding. The input's size is the model's; where that is free, the `input` of its metadata, else 112. A model that
 * normalises its pictures inside is told by its first nodes, unless `mean` or `scale` say what it wants.
 *
 * @throws an Error that names the file and the input that does not fit
 */
export async function openOnnx(path: string, options: OpenOptions = {}): Promise<Embedder> {
  const { runtime, threads } = options;
  const model = await openModel(path, { ...(runtime && { runtime }), ...(threads && { threads }) });
  try {
    const input = imageInput(model, path);
    const pack = packer(input, await pixelsOfFile(path, options));
    const compute: Compute = async (images, count) => {
      const given = await model.run({ [input.name]: pack(images, count, input.batch ?? count) });
      return floatsOf(given[model.outputs[0]?.name ?? '']);
    };
    const dimension = await embeddingWidth(model, input, compute, path);
    return {
      name: model.metadata.network ?? basename(path, '.onnx'),
      dimension,
      size: cropSide(input),
      embed: batchwise(compute, input, dimension),
      close: () => model.close(),
    };
  } catch (error) {
    await model.close();
    throw error;
  }
}

/** The first output for some images, [batch, dimension]. */
type Compute = (images: Float32Array, count: number) => Promise<Float32Array>;

/** What the model says, or else what it gives for one black image. */
async function embeddingWidth(model: Model, input: ImageInput, compute: Compute, path: string): Promise<number> {
  const stated = model.outputs[0]?.shape?.at(-1);
  if (typeof stated === 'number' && model.outputs[0]?.shape?.length === 2) return stated;
  const batch = input.batch ?? 1;
  const given = await compute(new Float32Array(batch * 3 * cropSide(input) ** 2), batch);
  if (given.length % batch !== 0 || given.length === 0)
    throw new Error(`${path} gives ${given.length} numbers for ${batch} images: no embeddings.`);
  return given.length / batch;
}

/** Batches that are tried; larger ones were slower than all of these in every network that was measured, and take a gigabyte. */
const SIZES = [1, 4, 16];
const LARGEST = 16;

/**
 * [count, size, size, 3] to [count, dimension], in runs of the model's batch, the last one filled up with zeros; of a model that takes any,
 * of the batch that is fastest here, found when there are images enough for the first time.
 */
function batchwise(compute: Compute, input: ImageInput, dimension: number): Embedder['embed'] {
  const perImage = 3 * cropSide(input) ** 2;
  let fastest: number | undefined;
  return async (images, count) => {
    if (input.batch === undefined && count >= LARGEST)
      fastest ??= await fastestBatch(SIZES, (size) => compute(images.subarray(0, size * perImage), size));
    const batch = input.batch ?? fastest ?? 1;
    const out = new Float32Array(count * dimension);
    for (let start = 0; start < count; start += batch) {
      const here = Math.min(batch, count - start);
      const given = await compute(images.subarray(start * perImage, (start + here) * perImage), here);
      out.set(given.subarray(0, here * dimension), start * dimension);
    }
    return out;
  };
}

/** An output's numbers: of float16 their bits are read, which newer engines of JavaScript hold as numbers. */
function floatsOf(output: Awaited<ReturnType<Model['run']>>[string] | undefined): Float32Array {
  const { data, dtype } = output ?? {};
  if (data instanceof Float32Array) return data;
  if (dtype === 'float16' && data instanceof Uint16Array) return Float32Array.from(data, fromHalf);
  if (dtype === 'float16' || dtype === 'float64') return Float32Array.from(data as Float64Array);
  throw new Error(`The model's output is ${dtype ?? 'missing'} instead of floats.`);
}
