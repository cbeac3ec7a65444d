import type { Matrix } from '@pocketnet/evaluate';
import {
  decodeNpy,
  decodeSafetensors,
  FileError,
  fromHalf,
  type StoredTensor,
  safetensorsNames,
} from '@pocketnet/files';
import { readFileBytes, readFileHead } from '@pocketnet/files/node';

/** The names of the tensors that hold embeddings, of images and of mirror images. */
export const EMBEDDINGS = 'embeddings';
export const MIRRORED = 'mirrored';

/** A header of safetensors that names a matrix or two is short; one of a network's weights may be longer. */
const LONGEST_HEADER = 2 ** 20;

/** Whether a file is of safetensors and holds embeddings rather than weights: a tensor called `embeddings`. */
export function holdsEmbeddings(path: string): boolean {
  const head = readFileHead(path, LONGEST_HEADER);
  return head !== undefined && (safetensorsNames(head)?.includes(EMBEDDINGS) ?? false);
}

/** Reads the matrices `embeddings` and, where there is one, `mirrored`. @throws FileError that names the file and the tensor */
export function readEmbeddings(path: string): { images: Matrix; flips: Matrix | undefined } {
  const { tensors } = decodeSafetensors(readFileBytes(path), path);
  const read = (name: string): Matrix | undefined => {
    const tensor = tensors.get(name);
    return tensor && matrixOf(tensor, path, `"${name}"`);
  };
  const images = read(EMBEDDINGS);
  if (!images)
    throw new FileError(
      path,
      `it holds no tensor "${EMBEDDINGS}". Save that of one row an image, and "${MIRRORED}" for the mirror images.`,
    );
  return { images, flips: read(MIRRORED) };
}

/** Reads a matrix of one embedding a row from NumPy's `.npy`. @throws FileError that says what it holds instead */
export const readNpy = (path: string): Matrix => matrixOf(decodeNpy(readFileBytes(path), path), path, 'its array');

/** A tensor of floats and two axes as a matrix; float16 becomes float32. */
function matrixOf(
  { dtype, shape, data: { buffer, byteOffset, byteLength } }: StoredTensor,
  path: string,
  what: string,
) {
  const fail = (problem: string) =>
    new FileError(path, `${what} ${problem}. Save a matrix of one embedding a row, as numpy.save does.`);
  const [rows = 0, cols = 0] = shape;
  if (shape.length !== 2) throw fail(`is no matrix: its shape is (${shape.join(', ')})`);
  if (rows * cols === 0) throw fail(`is empty: ${rows} x ${cols}`);
  const numbers = () => {
    if (dtype === 'float32') return new Float32Array(buffer, byteOffset, byteLength / 4);
    if (dtype === 'float64') return new Float64Array(buffer, byteOffset, byteLength / 8);
    if (dtype === 'float16') return new Float32Array(new Uint16Array(buffer, byteOffset, byteLength / 2)).map(fromHalf);
    throw fail(`is of ${dtype}, not float16, float32 or float64`);
  };
  return { rows, cols, data: numbers() };
}
