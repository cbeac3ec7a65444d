import { availableParallelism } from 'node:os';
import { basename, extname } from 'node:path';
import { fromHalf } from '@pocketnet/files';
import { type Model, openModel, usualEngine } from '@pocketnet/onnx';
import { type Compute, inBatches } from './batches.js';
import type { Embedder, OpenOptions } from './embedder.js';
import { startHelper } from './onnx-helper.js';
import { cropSide, type ImageInput, imageInput, packer } from './onnx-input.js';
import { pixelsOfFile } from './pixels.js';
import { sideBySide } from './side-by-side.js';

/**
 * Any ONNX face embedder, or a plan compiled of one: one image input of float32, float16 or bytes, NCHW or NHWC, square or not, of a fixed or a free batch, and its
 * first output as the embedding. The input's size is the model's; where that is free, the `input` of its metadata, else 112. A model that
 * normalises its pictures inside is told by its first nodes, unless `mean` or `scale` say what it wants. But in ONNX Runtime Web, each of
 * `threads` has a session of its own, and many images are shared among them.
 *
 * @throws an Error that names the file and the input that does not fit
 */
export async function openOnnx(path: string, options: OpenOptions = {}, batch?: number): Promise<Embedder> {
  const { threads } = options;
  const isAlone = options.runtime === 'wasm'; // which computes on several threads, once for all
  const model = await openAs(path, options, isAlone ? threads : 1);
  try {
    const input = imageInput(model, path);
    const pack = packer(input, await pixelsOfFile(path, options));
    const compute: Compute = async (images, count) => {
      const given = await model.run({ [input.name]: pack(images, count, input.batch ?? count) });
      return floatsOf(given[model.outputs[0]?.name ?? '']);
    };
    const dimension = await embeddingWidth(model, input, compute, path);
    const shape = { perImage: 3 * cropSide(input) ** 2, dimension };
    const alone = inBatches(compute, shape, input.batch ?? batch);
    const helpers = isAlone ? 0 : (threads ?? availableParallelism()) - 1;
    const together = sideBySide(alone, helpers, shape, (found) => startHelper({ path, options, batch: found }));
    return {
      name: model.metadata.network ?? basename(path, extname(path)),
      dimension,
      size: cropSide(input),
      embed: together.embed,
      async close() {
        await together.close();
        await model.close();
      },
    };
  } catch (error) {
    await model.close();
    throw error;
  }
}

async function openAs(path: string, { runtime, arithmetic }: OpenOptions, threads: number | undefined): Promise<Model> {
  const given = { ...(threads !== undefined && { threads }), ...(arithmetic && { arithmetic }) };
  if (runtime !== 'usual-engine') return openModel(path, { ...given, ...(runtime && { runtime }) });
  try {
    return await openModel(path, { ...given, runtime: await usualEngine() });
  } catch (refusal) {
    return openModel(path, { ...given, runtime: 'native' }).catch(() => {
      throw refusal; // what ONNX Runtime says, or that it is not here, matters less
    });
  }
}

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

/** An output's numbers: of float16 their bits are read, which newer engines of JavaScript hold as numbers. */
function floatsOf(output: Awaited<ReturnType<Model['run']>>[string] | undefined): Float32Array {
  const { data, dtype } = output ?? {};
  if (data instanceof Float32Array) return data;
  if (dtype === 'float16' && data instanceof Uint16Array) return Float32Array.from(data, fromHalf);
  if (dtype === 'float16' || dtype === 'float64') return Float32Array.from(data as Float64Array);
  throw new Error(`The model's output is ${dtype ?? 'missing'} instead of floats.`);
}
