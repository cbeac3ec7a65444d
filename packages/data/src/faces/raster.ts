/** A point of the drawing: pixels from the upper left corner, pixel centres at half coordinates. */
export type Point = readonly [x: number, y: number];
export type Colour = readonly [red: number, green: number, blue: number];

/** How much of each pixel of a rectangle is covered, in 0..1. */
export interface Mask {
  left: number;
  top: number;
  width: number;
  height: number;
  cover: Float32Array;
}

const EMPTY: Mask = { left: 0, top: 0, width: 0, height: 0, cover: new Float32Array(0) };

/** A square to draw on: `size * size * 3` values, nominally 0..255. */
export class Canvas {
  readonly data: Float32Array;

  constructor(readonly size: number) {
    this.data = new Float32Array(size * size * 3);
  }

  /** The exact share of every pixel that lies inside a simple closed polygon. */
  mask(points: readonly Point[]): Mask {
    let [lowX, lowY, highX, highY] = [Infinity, Infinity, -Infinity, -Infinity];
    for (const [x, y] of points) {
      lowX = Math.min(lowX, x);
      lowY = Math.min(lowY, y);
      highX = Math.max(highX, x);
      highY = Math.max(highY, y);
    }
    const left = Math.max(0, Math.floor(lowX));
    const top = Math.max(0, Math.floor(lowY));
    const width = Math.min(this.size, Math.ceil(highX)) - left;
    const height = Math.min(this.size, Math.ceil(highY)) - top;
    if (!(width > 0 && height > 0)) return EMPTY;
    const area = new Float32Array((width + 2) * height);
    let [x0, y0] = points[points.length - 1] as Point;
    for (const [x1, y1] of points) {
      addEdge(area, width, height, x0 - left, y0 - top, x1 - left, y1 - top);
      [x0, y0] = [x1, y1];
    }
    const cover = new Float32Array(width * height);
    for (let y = 0; y < height; y++) {
      let sum = 0;
      for (let x = 0; x < width; x++) {
        sum += area[y * (width + 2) + x] as number;
        cover[y * width + x] = Math.min(1, Math.abs(sum));
      }
    }
    return { left, top, width, height, cover };
  }

  /** A mask whose edge fades over about `radius` pixels on either side. */
  softMask(points: readonly Point[], radius: number): Mask {
    return softened(this.mask(points), Math.max(1, Math.round(radius / 2)), this.size);
  }

  /** Lays a colour over the covered pixels. */
  fill({ left, top, width, height, cover }: Mask, [red, green, blue]: Colour, alpha = 1): void {
    for (let y = 0, from = 0; y < height; y++) {
      let at = ((top + y) * this.size + left) * 3;
      for (let x = 0; x < width; x++, from++, at += 3) {
        const share = alpha * (cover[from] as number);
        if (share === 0) continue;
        this.blend(at, share, red, green, blue);
      }
    }
  }

  /** Lays the colour that `shader` gives for each covered pixel's centre; it returns one reused triple. */
  paint({ left, top, width, height, cover }: Mask, shader: (x: number, y: number) => Colour, alpha = 1): void {
    for (let y = 0, from = 0; y < height; y++) {
      let at = ((top + y) * this.size + left) * 3;
      for (let x = 0; x < width; x++, from++, at += 3) {
        const share = alpha * (cover[from] as number);
        if (share < 1e-3) continue;
        const [red, green, blue] = shader(left + x + 0.5, top + y + 0.5);
        this.blend(at, share, red, green, blue);
      }
    }
  }

  /** Multiplies the covered pixels' brightness by `factor`. */
  shade(mask: Mask, factor: number): void {
    const { left, top, width, height, cover } = mask;
    for (let y = 0, from = 0; y < height; y++) {
      let at = ((top + y) * this.size + left) * 3;
      for (let x = 0; x < width; x++, from++, at += 3) {
        const change = (factor - 1) * (cover[from] as number);
        if (change === 0) continue;
        // Skin in shadow keeps more of its red, since light wanders in it.
        this.data[at] = (this.data[at] as number) * (1 + (change < 0 ? 0.8 : 1) * change);
        this.data[at + 1] = (this.data[at + 1] as number) * (1 + change);
        this.data[at + 2] = (this.data[at + 2] as number) * (1 + change);
      }
    }
  }

  private blend(at: number, share: number, red: number, green: number, blue: number): void {
    const { data } = this;
    data[at] = (data[at] as number) + share * (red - (data[at] as number));
    data[at + 1] = (data[at + 1] as number) + share * (green - (data[at + 1] as number));
    data[at + 2] = (data[at + 2] as number) + share * (blue - (data[at + 2] as number));
  }
}

/** Where both masks cover. */
export function intersection(a: Mask, b: Mask): Mask {
  const left = Math.max(a.left, b.left);
  const top = Math.max(a.top, b.top);
  const width = Math.min(a.left + a.width, b.left + b.width) - left;
  const height = Math.min(a.top + a.height, b.top + b.height) - top;
  if (width <= 0 || height <= 0) return EMPTY;
  const cover = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    const rowA = (top + y - a.top) * a.width + left - a.left;
    const rowB = (top + y - b.top) * b.width + left - b.left;
    for (let x = 0; x < width; x++) {
      cover[y * width + x] = (a.cover[rowA + x] as number) * (b.cover[rowB + x] as number);
    }
  }
  return { left, top, width, height, cover };
}

/**
 * Adds one edge to the signed-area buffer: what its running sum along a row gives is the covered area of each pixel.
 * An edge left of the rectangle counts for whole rows; one right of it for nothing.
 */
function addEdge(
  area: Float32Array,
  width: number,
  height: number,
  x0: number,
  y0: number,
  x1: number,
  y1: number,
): void {
  if (y0 === y1) return;
  const direction = y0 < y1 ? 1 : -1;
  const [topX, topY, bottomX, bottomY] = y0 < y1 ? [x0, y0, x1, y1] : [x1, y1, x0, y0];
  const slope = (bottomX - topX) / (bottomY - topY);
  const end = Math.min(height, Math.ceil(bottomY));
  for (let row = Math.max(0, Math.floor(topY)); row < end; row++) {
    const from = Math.max(row, topY);
    const to = Math.min(row + 1, bottomY);
    const tall = direction * (to - from);
    const a = Math.min(width, Math.max(0, topX + slope * (from - topY)));
    const b = Math.min(width, Math.max(0, topX + slope * (to - topY)));
    const [low, high] = a < b ? [a, b] : [b, a];
    const first = Math.floor(low);
    const last = Math.floor(high);
    const base = row * (width + 2);
    if (first === last) {
      const right = first + 1 - (low + high) / 2;
      area[base + first] = (area[base + first] as number) + tall * right;
      area[base + first + 1] = (area[base + first + 1] as number) + tall * (1 - right);
      continue;
    }
    // Over several pixels: the integral of the covered area is a parabola, taken at each pixel's border.
    const steep = tall / (2 * (high - low));
    let before = 0;
    for (let pixel = first; pixel <= last; pixel++) {
      const inner = Math.min(pixel + 1, high);
      const outer = Math.max(pixel, low);
      const full = 2 * steep * (inner - outer);
      const within = full * (pixel + 1 - (inner + outer) / 2);
      area[base + pixel] = (area[base + pixel] as number) + before + within;
      before = full - within;
    }
    area[base + last + 1] = (area[base + last + 1] as number) + before;
  }
}

/** Two passes of a box blur each way, on a rectangle grown by what they reach. */
function softened(mask: Mask, radius: number, size: number): Mask {
  if (mask.width === 0) return mask;
  const reach = 2 * radius;
  const left = Math.max(0, mask.left - reach);
  const top = Math.max(0, mask.top - reach);
  const width = Math.min(size, mask.left + mask.width + reach) - left;
  const height = Math.min(size, mask.top + mask.height + reach) - top;
  const cover = new Float32Array(width * height);
  for (let y = 0; y < mask.height; y++) {
    const row = mask.cover.subarray(y * mask.width, (y + 1) * mask.width);
    cover.set(row, (mask.top - top + y) * width + mask.left - left);
  }
  const line = new Float32Array(Math.max(width, height));
  for (let pass = 0; pass < 2; pass++) {
    for (let y = 0; y < height; y++) boxBlur(cover, y * width, 1, width, radius, line);
    for (let x = 0; x < width; x++) boxBlur(cover, x, width, height, radius, line);
  }
  return { left, top, width, height, cover };
}

function boxBlur(
  data: Float32Array,
  start: number,
  stride: number,
  count: number,
  radius: number,
  line: Float32Array,
): void {
  for (let i = 0; i < count; i++) line[i] = data[start + i * stride] as number;
  const share = 1 / (2 * radius + 1);
  let sum = 0;
  for (let i = 0; i < Math.min(radius, count); i++) sum += line[i] as number;
  for (let i = 0; i < count; i++) {
    if (i + radius < count) sum += line[i + radius] as number;
    if (i - radius - 1 >= 0) sum -= line[i - radius - 1] as number;
    data[start + i * stride] = sum * share;
  }
}
