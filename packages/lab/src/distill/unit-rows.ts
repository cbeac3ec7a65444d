/** Scales every row of [n, width] to a length, 1 unless said, in place. A row of zeros stays one. */
export function unitRows(data: Float32Array, width: number, length = 1): Float32Array {
  for (let start = 0; start < data.length; start += width) {
    let squares = 0;
    for (let i = start; i < start + width; i++) squares += (data[i] as number) ** 2; // inside by the loop's bounds
    const scale = squares > 0 ? length / Math.sqrt(squares) : 0;
    for (let i = start; i < start + width; i++) data[i] = (data[i] as number) * scale;
  }
  return data;
}
