import { checkShape, type Matrix } from '../matrix.js';
import { type Problem, ProblemCounter } from '../problem.js';
import { groupRows } from './groups.js';

/** The faces of a template benchmark, row by row: which template and which media (photo or video) each belongs to. */
export interface TemplateFaces {
  /** n x d raw embeddings. A row that is not finite is left out of its template, and reported. */
  readonly embeddings: Matrix;
  /** n x d raw embeddings of the mirrored crops; without them `embeddings` count as sums already, or as unmirrored. */
  readonly mirrored?: Matrix;
  readonly template: Int32Array;
  readonly media: Int32Array;
  /** Confidence of the face detector, 0 … 1. */
  readonly detectorScore?: ArrayLike<number>;
  /** Names of the faces for the problems reported; by default their rows. */
  readonly names?: readonly string[];
}

/** The switches of the field's file names, N1D1F1 by default. N is that of PocketNet and of the older InsightFace script. */
export interface PoolingOptions {
  /** N: a face's norm weighs it, as a measure of quality. Off: every face is scaled to unit length first. */
  readonly norm?: boolean;
  /** D: a face is multiplied by its detector score. */
  readonly detector?: boolean;
  /** F: image and mirror image are summed. Off: the mirror images are not used. */
  readonly flip?: boolean;
}

export interface Templates {
  /** Template ids, ascending; row k of `features` is that of `ids[k]`. */
  readonly ids: Int32Array;
  /** T x d, unit length, float64; zeros where the template has no usable face. */
  readonly features: Matrix;
  /** 1 where the template has a usable face, else 0. */
  readonly usable: Uint8Array;
  readonly problems: readonly Problem[];
}

/**
 * One embedding for each template (facts: IJB-B / IJB-C): f = f(image) + f(mirror image); f / |f| unless the norm is kept;
 * times the detector score; mean over the faces of one media; sum over the media; L2.
 *
 * @throws Error when lengths differ, or when the detector's scores are asked for and not given
 */
export function poolTemplates(faces: TemplateFaces, options: PoolingOptions = {}): Templates {
  checkFaces(faces, options);
  const { cols } = faces.embeddings;
  const { ids, order, starts } = groupRows(faces.template);
  const data = new Float64Array(ids.length * cols);
  const usable = new Uint8Array(ids.length);
  const bad = new ProblemCounter('faces without a usable embedding or detector score, left out of their template');
  const empty = new ProblemCounter('templates without a usable face, which match nobody');
  const weights = faceWeights(faces, options);

  for (let k = 0; k < ids.length; k++) {
    const rows = order.slice(starts[k], starts[k + 1]);
    for (const row of rows) if (Number.isNaN(weights[row])) bad.add(() => faces.names?.[row] ?? `row ${row}`);
    const members = rows.filter((row) => !Number.isNaN(weights[row]));
    const feature = data.subarray(k * cols, (k + 1) * cols);
    sumOfMediaMeans(feature, members, weights, faces, options);
    if (normalise(feature)) usable[k] = 1;
    else empty.add(() => String(ids[k]));
  }
  return { ids, features: { rows: ids.length, cols, data }, usable, problems: [...bad.found(), ...empty.found()] };
}

/** What each face is multiplied by: its detector score and, where norms do not count, 1 / |f|. NaN = not usable. */
function faceWeights(
  faces: TemplateFaces,
  { norm = true, detector = true, flip = true }: PoolingOptions,
): Float64Array {
  const { rows, cols, data } = faces.embeddings;
  const mirrored = flip ? faces.mirrored?.data : undefined;
  const weights = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    let squares = 0;
    for (let i = row * cols; i < (row + 1) * cols; i++)
      squares += ((data[i] ?? 0) + (mirrored === undefined ? 0 : (mirrored[i] ?? 0))) ** 2;
    const score = detector ? (faces.detectorScore?.[row] ?? Number.NaN) : 1;
    const weight = norm ? score : score / Math.sqrt(squares);
    weights[row] = Number.isFinite(squares) && Number.isFinite(weight) ? weight : Number.NaN;
  }
  return weights;
}

/** Σ over media of the mean over the media's faces: every face counts with 1 / (faces of its media). */
function sumOfMediaMeans(
  feature: Float64Array,
  members: Int32Array,
  weights: Float64Array,
  { embeddings, mirrored, media }: TemplateFaces,
  { flip = true }: PoolingOptions,
): void {
  const { cols } = embeddings;
  const facesOfMedia = new Map<number, number>();
  for (const row of members) facesOfMedia.set(media[row] ?? 0, (facesOfMedia.get(media[row] ?? 0) ?? 0) + 1);
  for (const row of members) {
    const share = (weights[row] ?? 0) / (facesOfMedia.get(media[row] ?? 0) ?? 1);
    for (let i = 0; i < cols; i++) {
      const at = row * cols + i;
      const other = flip && mirrored ? (mirrored.data[at] ?? 0) : 0;
      feature[i] = (feature[i] ?? 0) + share * ((embeddings.data[at] ?? 0) + other);
    }
  }
}

/** Scales to unit length in place; false where there is no direction. */
function normalise(vector: Float64Array): boolean {
  let squares = 0;
  for (const value of vector) squares += value * value;
  if (squares === 0) return false;
  const norm = Math.sqrt(squares);
  for (let i = 0; i < vector.length; i++) vector[i] = (vector[i] ?? 0) / norm;
  return true;
}

function checkFaces(faces: TemplateFaces, { detector = true, flip = true }: PoolingOptions): void {
  const { embeddings, mirrored, template, media, detectorScore } = faces;
  checkShape(embeddings, 'embeddings');
  if (flip && mirrored) {
    checkShape(mirrored, 'mirrored');
    if (mirrored.rows !== embeddings.rows || mirrored.cols !== embeddings.cols)
      throw new Error(
        `Images (${embeddings.rows} x ${embeddings.cols}) and mirror images (${mirrored.rows} x ${mirrored.cols}) differ in size. Embed both with the same network.`,
      );
  }
  const lengths: [what: string, length: number][] = [
    ['template ids', template.length],
    ['media ids', media.length],
  ];
  if (detector) {
    if (!detectorScore)
      throw new Error('There are no detector scores. Give detectorScore, or set detector: false (D0).');
    lengths.push(['detector scores', detectorScore.length]);
  }
  for (const [what, length] of lengths) {
    if (length !== embeddings.rows)
      throw new Error(`${embeddings.rows} embeddings have ${length} ${what}. Give one per face.`);
  }
}
