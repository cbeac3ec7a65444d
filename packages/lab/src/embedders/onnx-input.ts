import { toHalf } from '@pocketnet/files';
import { type Dim, DTYPES, type Dtype, type Feed, type Model } from '@pocketnet/onnx';
import { converter, type Pixels } from './pixels.js';

/** How a model wants its images. */
export interface ImageInput {
  name: string;
  dtype: ImageDtype;
  layout: 'NCHW' | 'NHWC';
  height: number;
  width: number;
  /** The batch that the model is made for; undefined where it takes any. */
  batch: number | undefined;
}

/** Types that images come in; of bytes, a pixel is 0 … 255. */
const imageDtypes = ['float32', 'float16', 'uint8'] as const;
type ImageDtype = (typeof imageDtypes)[number];

const isImageDtype = (dtype: Dtype): dtype is ImageDtype => (imageDtypes as readonly string[]).includes(dtype);

/** @throws an Error that names the file and the input that is no image */
export function imageInput({ inputs, metadata }: Model, path: string): ImageInput {
  const [input, ...others] = inputs;
  const shape = input?.shape;
  const told = `${path} is no face embedder: `;
  if (!input || others.length > 0) throw new Error(`${told}it has ${inputs.length} inputs instead of one image.`);
  const { name, dtype } = input;
  if (!isImageDtype(dtype))
    throw new Error(
      `${told}its input ${name} is ${dtype} instead of ${imageDtypes.join(', ')}. Export it with a float input.`,
    );
  if (shape?.length !== 4)
    throw new Error(`${told}its input ${name} is [${shapeText(shape)}] instead of a batch of images.`);
  const [batch = null, a = null, b = null, c = null] = shape;
  const layout = a === 3 ? 'NCHW' : c === 3 ? 'NHWC' : undefined;
  if (layout === undefined)
    throw new Error(`${told}its input ${name} is [${shapeText(shape)}], without an axis of 3 channels.`);
  const sides = (layout === 'NCHW' ? [b, c] : [a, b]).map(fixed);
  const usual = sides.find((side) => side !== undefined) ?? Number(metadata.input ?? 112);
  const [height = usual, width = usual] = sides;
  return { name, dtype, layout, height, width, batch: fixed(batch) };
}

const fixed = (dim: Dim): number | undefined => (typeof dim === 'number' ? dim : undefined);
const shapeText = (shape: readonly Dim[] | null | undefined): string =>
  (shape ?? ['?']).map((dim) => dim ?? '?').join(', ');

/** Side of the square crops that such an input is cut from. */
export const cropSide = ({ height, width }: ImageInput): number => Math.max(height, width);

/**
 * Turns square crops, [count, S, S, 3] in −1 … 1, into a model's input. Of an input that is not square it is the middle: an alignment to
 * 112×96 is the one to 112×112 without 8 columns on either side.
 */
export function packer(
  input: ImageInput,
  pixels: Pixels,
): (images: Float32Array, count: number, batch: number) => Feed {
  const { dtype, layout, height, width } = input;
  const side = cropSide(input);
  const [top, left] = [(side - height) >> 1, (side - width) >> 1];
  const area = height * width;
  const dims = (batch: number): number[] => (layout === 'NCHW' ? [batch, 3, height, width] : [batch, height, width, 3]);
  const convert = converter(pixels);
  const [ofPixel, ofChannel] = layout === 'NCHW' ? [1, area] : [3, 1];

  return (images, count, batch) => {
    const floats = new Float32Array(batch * 3 * area);
    for (let image = 0; image < count; image++) {
      for (let row = 0; row < height; row++) {
        let from = 3 * (side * (side * image + top + row) + left);
        let to = 3 * area * image + ofPixel * width * row;
        for (let column = 0; column < width; column++, to += ofPixel) {
          for (let channel = 0; channel < 3; channel++) floats[to + ofChannel * channel] = images[from++] as number; // inside by the loops' bounds
        }
      }
    }
    if (convert)
      for (let i = 0; i < floats.length; i++) floats[i] = convert(floats[i] as number, Math.floor(i / ofChannel) % 3);
    return { data: inType(floats, dtype), dims: dims(batch) };
  };
}

function inType(floats: Float32Array<ArrayBuffer>, dtype: ImageDtype): Feed['data'] {
  if (dtype === 'float32') return floats;
  if (dtype === 'float16') return DTYPES.float16.array.from(floats, toHalf);
  return new Uint8Array(Uint8ClampedArray.from(floats).buffer); // clamped ones round
}
