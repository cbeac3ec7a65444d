import {
  type AffineMatrix,
  arcfaceTemplate,
  estimateSimilarity,
  type Image,
  type Point,
  SPHEREFACE_96x112,
  warpAffine,
} from 'pocketnet/align';
import { elements, type Findings, maxAbs, sum } from '../check.js';
import { type Fixture, type NamedTensors, required } from '../fixture.js';

const documented = { translationAbs: 2e-3, linearAbs: 1e-5, pixelMean: 0.3, pixelMax: 3 };
type Tolerances = typeof documented;

/** The similarity transforms of landmarks, with and without the 8 pixels, and crops warped out of a photo. */
export function align(fixture: Fixture, findings: Findings): void {
  const tolerances = fixture.tolerances(documented);
  const { description } = fixture;
  const file = fixture.requiredFile();
  const tensors = fixture.tensors(file);
  const faces = facesOf(elements(required(tensors, 'landmarks', file)));

  for (const [name, template] of [
    ['matrices_plus8', arcfaceTemplate()],
    ['matrices_without_plus8', SPHEREFACE_96x112],
  ] as const) {
    const matrices = faces.map((face) => estimateSimilarity(face, template));
    const stored = tensors.get(name);
    if (stored) compareMatrices(name, matrices, elements(stored), tolerances, findings);
    const listed = description.find(name);
    if (listed) compareMatrices(`${name} in full precision`, matrices, listed.numbers(), tolerances, findings);
  }
  if (!tensors.has('photo_rgb_hwc')) return;
  const photo = photoOf(tensors, file);
  for (const which of ['', '_border']) {
    if (tensors.has(`photo_landmarks${which}`)) compareCrop(which, photo, tensors, file, tolerances, findings);
  }
}

function compareMatrices(
  name: string,
  matrices: readonly AffineMatrix[],
  expected: ArrayLike<number>,
  { translationAbs, linearAbs }: Tolerances,
  findings: Findings,
): void {
  const isShift = (i: number): boolean => i % 3 === 2;
  const [ours, theirs] = [matrices.flat(), Array.from(expected)];
  const part = (values: readonly number[], shift: boolean): number[] => values.filter((_, i) => isShift(i) === shift);
  findings.check(`${name}: translation`, maxAbs(part(ours, true), part(theirs, true)), translationAbs);
  findings.check(`${name}: 2x2 part`, maxAbs(part(ours, false), part(theirs, false)), linearAbs);
}

/** @param which the suffix of the tensors' names */
function compareCrop(
  which: string,
  photo: Image,
  tensors: NamedTensors,
  file: string,
  tolerances: Tolerances,
  findings: Findings,
): void {
  const [face] = facesOf(elements(required(tensors, `photo_landmarks${which}`, file)));
  if (!face) throw new Error(`${file} holds no points in 'photo_landmarks${which}'.`);
  const matrix = estimateSimilarity(face, arcfaceTemplate());
  const stored = tensors.get(`photo_matrix${which}`);
  if (stored) compareMatrices(`photo_matrix${which}`, [matrix], elements(stored), tolerances, findings);

  const name = `warped${which}_rgb_chw`;
  const expected = required(tensors, name, file);
  const [, height = 0, width = 0] = expected.shape;
  const crop = planes(warpAffine(photo, matrix, width, height));
  comparePixels(name, crop, elements(expected), tolerances, findings);
  const mirrored = tensors.get(`${name}_mirrored`);
  if (mirrored) comparePixels(`${name}_mirrored`, mirroredRows(crop, width), elements(mirrored), tolerances, findings);
}

function comparePixels(
  name: string,
  ours: Float64Array,
  theirs: ArrayLike<number>,
  { pixelMean, pixelMax }: Tolerances,
  findings: Findings,
): void {
  findings.check(`${name}: largest`, maxAbs(ours, theirs), pixelMax);
  const differences = ours.map((value, i) => Math.abs(value - (theirs[i] as number)));
  findings.check(`${name}: mean`, sum(differences) / differences.length, pixelMean);
}

/** [n, 5, 2] as n times five points. */
function facesOf(numbers: ArrayLike<number>): Point[][] {
  const points = Array.from(
    { length: numbers.length / 2 },
    (_, i): Point => [numbers[2 * i] as number, numbers[2 * i + 1] as number],
  );
  return Array.from({ length: points.length / 5 }, (_, i) => points.slice(5 * i, 5 * i + 5));
}

function photoOf(tensors: NamedTensors, file: string): Image {
  const tensor = required(tensors, 'photo_rgb_hwc', file);
  const [height = 0, width = 0] = tensor.shape;
  return { width, height, data: Uint8Array.from(elements(tensor)) };
}

/** HWC to CHW. */
function planes({ width, height, data }: Image): Float64Array {
  const pixels = width * height;
  return Float64Array.from(
    { length: data.length },
    (_, i) => data[(i % pixels) * 3 + Math.floor(i / pixels)] as number,
  );
}

const mirroredRows = (crop: Float64Array, width: number): Float64Array =>
  crop.map((_, i) => crop[i - (i % width) + width - 1 - (i % width)] as number);
