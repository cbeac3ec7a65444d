/**
 * Scales every row of [n, width] to a length, 1 unless said, in place. A row of zeros stays one.
 * @throws an Error for a row that is not finite: a student would learn NaN of it
 */
export function unitRows(data: Float32Array, width: number, length = 1): Float32Array {
  for (let start = 0; start < data.length; start += width) {
    let squares = 0;
    for (let i = start; i < start + width; i++) squares += (data[i] as number) ** 2; // inside by the loop's bounds
    if (!Number.isFinite(squares))
      throw new Error(
        `Row ${start / width} of ${data.length / width} of a teacher's embeddings is not finite. Check the teacher and the pictures.`,
      );
    const scale = squares > 0 ? length / Math.sqrt(squares) : 0;
    for (let i = start; i < start + width; i++) data[i] = (data[i] as number) * scale;
  }
  return data;
}
