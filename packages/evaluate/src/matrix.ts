/** Row-major matrix: row r is `data[r * cols … (r + 1) * cols)`. Embeddings are one image a row. */
export interface Matrix {
  readonly rows: number;
  readonly cols: number;
  readonly data: Float32Array | Float64Array;
}

/**
 * Refuses a matrix whose size does not fit its data, or with values that are not finite: one such row would
 * otherwise turn into a pair that silently counts as "different".
 *
 * @param what the matrix in the message's words, e.g. `embeddings`
 */
export function checkMatrix(matrix: Matrix, what: string): void {
  checkShape(matrix, what);
  const bad = rowsWhere(matrix, (row) => !row.every(Number.isFinite));
  if (bad.length > 0)
    throw new Error(
      `${what}: ${counted(bad, matrix)} hold values that are not finite ${named(bad)}. Check the network.`,
    );
}

/**
 * Refuses in addition rows of zeros where directions are compared: the cosine of one to anything would be 0, and its squared
 * distance 1, which a distance protocol may take for "same".
 */
export function checkDirections(matrix: Matrix, what: string): void {
  checkMatrix(matrix, what);
  const bad = rowsWhere(matrix, (row) => row.every((value) => value === 0));
  if (bad.length > 0)
    throw new Error(
      `${what}: ${counted(bad, matrix)} are zero and have no direction ${named(bad)}. Leave them out, or check the network.`,
    );
}

function rowsWhere({ rows, cols, data }: Matrix, isBad: (row: Matrix['data']) => boolean): number[] {
  const bad: number[] = [];
  for (let row = 0; row < rows; row++) if (isBad(data.subarray(row * cols, (row + 1) * cols))) bad.push(row);
  return bad;
}

const counted = (bad: readonly number[], { rows }: Matrix): string => `${bad.length} of ${rows} rows`;
const named = (bad: readonly number[]): string => `(rows ${bad.slice(0, 5).join(', ')}${bad.length > 5 ? ', …' : ''})`;

/** Refuses a matrix whose size does not fit its data. */
export function checkShape({ rows, cols, data }: Matrix, what: string): void {
  if (!Number.isInteger(rows) || !Number.isInteger(cols) || rows < 1 || cols < 1 || data.length !== rows * cols)
    throw new Error(`${what}: ${rows} x ${cols} does not match ${data.length} values. Give rows * cols values.`);
}

/** Some rows, in the order given, in the matrix's own precision. */
export function takeRows({ cols, data }: Matrix, rows: readonly number[]): Matrix {
  const taken = new (data instanceof Float32Array ? Float32Array : Float64Array)(rows.length * cols);
  for (const [to, row] of rows.entries()) taken.set(data.subarray(row * cols, (row + 1) * cols), to * cols);
  return { rows: rows.length, cols, data: taken };
}

/** Image and mirrored image of one face count as one: the sum of their raw embeddings, `rows x cols`, in float64. */
export function flipSum(images: Matrix, flips: Matrix): Matrix {
  if (images.rows !== flips.rows || images.cols !== flips.cols) {
    throw new Error(
      `Images (${images.rows} x ${images.cols}) and flips (${flips.rows} x ${flips.cols}) differ in size. Embed both with the same network.`,
    );
  }
  const data = Float64Array.from(images.data);
  for (let i = 0; i < data.length; i++) data[i] = (data[i] ?? 0) + (flips.data[i] ?? 0);
  return { rows: images.rows, cols: images.cols, data };
}

/** Rows scaled to unit L2 length, in float64. A zero row has no direction and stays zero: see {@link checkDirections}. */
export function normaliseRows({ rows, cols, data }: Matrix): Matrix {
  const unit = new Float64Array(rows * cols);
  for (let row = 0; row < rows; row++) {
    const start = row * cols;
    const norm = rowNorm(data, start, cols) || 1;
    for (let i = start; i < start + cols; i++) unit[i] = (data[i] ?? 0) / norm;
  }
  return { rows, cols, data: unit };
}

/**
 * XNorm of the InsightFace log: the mean L2 norm of raw embeddings, over the rows of all the matrices given
 * (originals and flips).
 */
export function meanNorm(...matrices: Matrix[]): number {
  let sum = 0;
  let count = 0;
  for (const { rows, cols, data } of matrices) {
    for (let row = 0; row < rows; row++) sum += rowNorm(data, row * cols, cols);
    count += rows;
  }
  if (count === 0) throw new Error('The mean norm needs at least one embedding.');
  return sum / count;
}

function rowNorm(data: Float32Array | Float64Array, start: number, cols: number): number {
  let squares = 0;
  for (let i = start; i < start + cols; i++) squares += (data[i] ?? 0) ** 2;
  return Math.sqrt(squares);
}
