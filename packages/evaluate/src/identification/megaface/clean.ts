import { Random } from '@pocketnet/files';
import type { Matrix } from '../../matrix.js';

/** The value of a noisy distractor in the additional dimension: a squared distance of 10⁴ and more from every probe. */
const FAR_AWAY = 100;
const NOISE = 0.001;

/**
 * Distractors of MegaFace(R), after InsightFace's remove_noises.py: every vector gets an additional value at its end, 100 where the
 * image is on the noise list and 0 elsewhere. None is removed; noisy ones come last in every search.
 *
 * @param noisy one a row
 * @returns [rows, cols + 1]
 */
export function markNoisyDistractors(distractors: Matrix, noisy: ArrayLike<boolean>): Matrix {
  checkMarks(distractors, noisy);
  const { rows, cols, data } = distractors;
  const marked = new (data instanceof Float32Array ? Float32Array : Float64Array)(rows * (cols + 1));
  for (let row = 0; row < rows; row++) {
    marked.set(data.subarray(row * cols, (row + 1) * cols), row * (cols + 1));
    if (noisy[row]) marked[row * (cols + 1) + cols] = FAR_AWAY;
  }
  return { rows, cols: cols + 1, data: marked };
}

/**
 * Probes of MegaFace(R), after the same script: every vector gets a 0 at its end, and that of an image on the noise list becomes
 * its identity's centre, the sum of its clean vectors, plus noise uniform in ±0.001 in every dimension, normalised. The script's
 * noise has no seed; ours has one, and depends on the row alone.
 *
 * @param faces all images of `facescrub_lst`, of which the centres are made: probes are picked from the result
 * @param identities one a row
 * @param noisy one a row
 * @returns [rows, cols + 1]
 * @throws an Error that names the identities which have noisy images only, and so no centre
 */
export function cleanProbes(faces: Matrix, identities: readonly string[], noisy: ArrayLike<boolean>, seed = 1): Matrix {
  checkMarks(faces, noisy);
  if (identities.length !== faces.rows)
    throw new Error(`${faces.rows} faces have ${identities.length} identities. Give one for each.`);
  const centres = centresOf(faces, identities, noisy);
  const lost = identities.filter((identity, row) => noisy[row] && !centres.has(identity));
  if (lost.length > 0)
    throw new Error(
      `${new Set(lost).size} identities have no clean image, of which their noisy probes' centre is made: ${[...new Set(lost)].slice(0, 5).join(', ')}. Embed all images of facescrub_lst.`,
    );
  const cleaned = markNoisyDistractors(faces, new Array<boolean>(faces.rows).fill(false));
  const width = cleaned.cols;
  identities.forEach((identity, row) => {
    if (!noisy[row]) return;
    const random = new Random(seed, row);
    const centre = centres.get(identity) ?? [];
    const vector = Float64Array.from({ length: width }, (_, k) => (centre[k] ?? 0) + random.between(-NOISE, NOISE));
    const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0)) || 1;
    cleaned.data.set(
      vector.map((value) => value / length),
      row * width,
    );
  });
  return cleaned;
}

function centresOf({ cols, data }: Matrix, identities: readonly string[], noisy: ArrayLike<boolean>) {
  const centres = new Map<string, Float64Array>();
  identities.forEach((identity, row) => {
    if (noisy[row]) return;
    const centre = centres.get(identity) ?? new Float64Array(cols);
    for (let k = 0; k < cols; k++) centre[k] = (centre[k] as number) + (data[row * cols + k] as number); // a row's values
    centres.set(identity, centre);
  });
  return centres;
}

function checkMarks({ rows }: Matrix, noisy: ArrayLike<boolean>): void {
  if (noisy.length !== rows)
    throw new Error(`${rows} vectors have ${noisy.length} marks of being noisy. Give one for each.`);
}
