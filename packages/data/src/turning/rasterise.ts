/** A corner of a triangle in pixels of the target, how near it is, and what is interpolated over the triangle. */
export interface Corner {
  readonly x: number;
  readonly y: number;
  readonly depth: number;
  readonly u: number;
  readonly v: number;
}

/** Two numbers for each pixel of a picture, row by row; NaN where nothing was drawn. */
export class Canvas {
  readonly values: Float32Array;
  readonly #nearest: Float32Array;

  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    this.values = new Float32Array(width * height * 2).fill(Number.NaN);
    this.#nearest = new Float32Array(width * height).fill(Number.NEGATIVE_INFINITY);
  }

  /** Draws u and v of a triangle at the pixels whose centres it holds and where nothing nearer was drawn: a z-buffer. */
  draw(a: Corner, b: Corner, c: Corner): void {
    const area = (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
    if (area === 0) return;
    const [left, right] = span(a.x, b.x, c.x, this.width);
    const [top, bottom] = span(a.y, b.y, c.y, this.height);
    for (let y = top; y <= bottom; y++) {
      for (let x = left; x <= right; x++) {
        // Barycentric coordinates.
        const ofB = ((x - a.x) * (c.y - a.y) - (y - a.y) * (c.x - a.x)) / area;
        const ofC = ((b.x - a.x) * (y - a.y) - (b.y - a.y) * (x - a.x)) / area;
        const ofA = 1 - ofB - ofC;
        if (ofA < -ROUNDING || ofB < -ROUNDING || ofC < -ROUNDING) continue;
        const depth = ofA * a.depth + ofB * b.depth + ofC * c.depth;
        const pixel = y * this.width + x;
        if (depth <= (this.#nearest[pixel] as number)) continue;
        this.#nearest[pixel] = depth;
        this.values[2 * pixel] = ofA * a.u + ofB * b.u + ofC * c.u;
        this.values[2 * pixel + 1] = ofA * a.v + ofB * b.v + ofC * c.v;
      }
    }
  }
}

/** A pixel on the edge of two triangles must belong to one at least. */
const ROUNDING = 1e-9;

/** The pixels between the lowest and the highest of three coordinates, within the picture. */
function span(a: number, b: number, c: number, size: number): [number, number] {
  return [Math.max(0, Math.ceil(Math.min(a, b, c))), Math.min(size - 1, Math.floor(Math.max(a, b, c)))];
}
