import { basename } from 'node:path';
import { type Dim, type Model, openModel } from '@pocketnet/onnx';
import type { Embedder } from './embedder.js';
import type { OpenOptions } from './open.js';

/** How a model wants its images. */
interface ImageInput {
  name: string;
  layout: 'NCHW' | 'NHWC';
  size: number;
  /** The batch that the model is made for; undefined where it takes any. */
  batch: number | undefined;
}

/**
 * Any ONNX face embedder: one float32 image input, NCHW or NHWC, of a fixed or a free batch, and its first output as the
 * embedding. The input's size is the model's; where that is free, the `input` of its metadata, else 112.
 *
 * @throws an Error that names the file and the input that does not fit
 */
export async function openOnnx(path: string, { runtime, threads }: OpenOptions = {}): Promise<Embedder> {
  const model = await openModel(path, { ...(runtime && { runtime }), ...(threads && { threads }) });
  try {
    const input = imageInput(model, path);
    const dimension = await embeddingWidth(model, input, path);
    return {
      name: model.metadata.network ?? basename(path, '.onnx'),
      dimension,
      size: input.size,
      embed: (images, count) => embed(model, input, dimension, images, count),
      close: () => model.close(),
    };
  } catch (error) {
    await model.close();
    throw error;
  }
}

function imageInput({ inputs, metadata }: Model, path: string): ImageInput {
  const [input, ...others] = inputs;
  const shape = input?.shape;
  const told = `${path} is no face embedder: `;
  if (!input || others.length > 0) throw new Error(`${told}it has ${inputs.length} inputs instead of one image.`);
  if (input.dtype !== 'float32')
    throw new Error(`${told}its input ${input.name} is ${input.dtype} instead of float32.`);
  if (shape?.length !== 4)
    throw new Error(`${told}its input ${input.name} is [${shapeText(shape)}] instead of a batch of images.`);
  const [batch = null, a = null, b = null, c = null] = shape;
  const layout = a === 3 ? 'NCHW' : c === 3 ? 'NHWC' : undefined;
  if (layout === undefined)
    throw new Error(`${told}its input ${input.name} is [${shapeText(shape)}], without an axis of 3 channels.`);
  const [height, width] = layout === 'NCHW' ? [b, c] : [a, b];
  const size = fixed(height) ?? fixed(width) ?? Number(metadata.input ?? 112);
  if ((fixed(height) ?? size) !== size || (fixed(width) ?? size) !== size) {
    throw new Error(`${told}its images are ${height}x${width} instead of square.`);
  }
  return { name: input.name, layout, size, batch: fixed(batch) };
}

const fixed = (dim: Dim): number | undefined => (typeof dim === 'number' ? dim : undefined);
const shapeText = (shape: readonly Dim[] | null | undefined): string =>
  (shape ?? ['?']).map((dim) => dim ?? '?').join(', ');

/** What the model says, or else what it gives for one black image. */
async function embeddingWidth(model: Model, input: ImageInput, path: string): Promise<number> {
  const stated = model.outputs[0]?.shape?.at(-1);
  if (typeof stated === 'number' && model.outputs[0]?.shape?.length === 2) return stated;
  const batch = input.batch ?? 1;
  const given = await run(model, input, new Float32Array(batch * 3 * input.size ** 2), batch);
  if (given.length % batch !== 0 || given.length === 0)
    throw new Error(`${path} gives ${given.length} numbers for ${batch} images: no embeddings.`);
  return given.length / batch;
}

/** [count, size, size, 3] to [count, dimension], in runs of the model's batch; the last one is filled up with zeros. */
async function embed(
  model: Model,
  input: ImageInput,
  dimension: number,
  images: Float32Array,
  count: number,
): Promise<Float32Array> {
  const perImage = 3 * input.size ** 2;
  const batch = input.batch ?? count;
  const out = new Float32Array(count * dimension);
  const fed = new Float32Array(batch * perImage);
  for (let start = 0; start < count; start += batch) {
    const here = Math.min(batch, count - start);
    const part = images.subarray(start * perImage, (start + here) * perImage);
    if (input.layout === 'NCHW') toPlanes(part, fed, here, input.size ** 2);
    else fed.set(part);
    fed.fill(0, here * perImage);
    const given = await run(model, input, fed, batch);
    out.set(given.subarray(0, here * dimension), start * dimension);
  }
  return out;
}

async function run(
  model: Model,
  { name, layout, size }: ImageInput,
  data: Float32Array<ArrayBuffer>,
  batch: number,
): Promise<Float32Array> {
  const dims = layout === 'NCHW' ? [batch, 3, size, size] : [batch, size, size, 3];
  const results = await model.run({ [name]: { data, dims } });
  const output = results[model.outputs[0]?.name ?? ''];
  if (!(output?.data instanceof Float32Array))
    throw new Error(`The model's output is ${output?.dtype ?? 'missing'} instead of float32.`);
  return output.data;
}

/** HWC to CHW, image by image. */
function toPlanes(from: Float32Array, to: Float32Array, count: number, pixels: number): void {
  for (let image = 0; image < count; image++) {
    const start = image * 3 * pixels;
    for (let pixel = 0; pixel < pixels; pixel++) {
      for (let channel = 0; channel < 3; channel++) {
        to[start + channel * pixels + pixel] = from[start + 3 * pixel + channel] as number; // inside by the loops' bounds
      }
    }
  }
}
