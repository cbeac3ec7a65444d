import { blankPicture, type Picture } from './picture.js';

/**
 * Resizes by the triangle (bilinear) filter, widened by the factor of shrinking so that nothing aliases: what Pillow's
 * and torchvision's antialiased bilinear do. Pixel centres are at half coordinates.
 */
export function resizePicture(picture: Picture, width: number, height: number): Picture {
  if (!(Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0)) {
    throw new RangeError(`A picture cannot be resized to ${width} x ${height}: both must be whole and above 0.`);
  }
  if (picture.width === width && picture.height === height) return { width, height, data: picture.data.slice() };
  const across = triangleTaps(picture.width, width);
  const down = triangleTaps(picture.height, height);

  const wide = new Float32Array(picture.height * width * 3);
  for (let y = 0, to = 0; y < picture.height; y++) {
    const row = y * picture.width * 3;
    for (let x = 0; x < width; x++, to += 3) {
      let [r, g, b] = [0, 0, 0];
      for (let tap = across.starts[x] as number; tap < (across.starts[x + 1] as number); tap++) {
        const from = row + (across.sources[tap] as number) * 3;
        const weight = across.weights[tap] as number;
        r += weight * (picture.data[from] as number);
        g += weight * (picture.data[from + 1] as number);
        b += weight * (picture.data[from + 2] as number);
      }
      wide[to] = r;
      wide[to + 1] = g;
      wide[to + 2] = b;
    }
  }

  const resized = blankPicture(width, height);
  const stride = width * 3;
  const sums = new Float32Array(stride);
  for (let y = 0; y < height; y++) {
    sums.fill(0.5); // rounds to nearest when the bytes cut the fraction off
    for (let tap = down.starts[y] as number; tap < (down.starts[y + 1] as number); tap++) {
      const row = (down.sources[tap] as number) * stride;
      const weight = down.weights[tap] as number;
      for (let i = 0; i < stride; i++) sums[i] = (sums[i] as number) + weight * (wide[row + i] as number);
    }
    resized.data.set(sums, y * stride);
  }
  return resized;
}

/** For each target position, the source positions that it mixes: those from `starts[t]` up to `starts[t + 1]`. */
interface Taps {
  starts: Int32Array;
  sources: number[];
  weights: number[];
}

function triangleTaps(from: number, to: number): Taps {
  const scale = from / to;
  const radius = Math.max(1, scale);
  const taps: Taps = { starts: new Int32Array(to + 1), sources: [], weights: [] };
  for (let target = 0; target < to; target++) {
    const centre = (target + 0.5) * scale;
    const first = Math.max(0, Math.floor(centre - radius + 0.5));
    const end = Math.min(from, Math.floor(centre + radius + 0.5));
    const raw: number[] = [];
    for (let source = first; source < end; source++) {
      raw.push(Math.max(0, 1 - Math.abs(source + 0.5 - centre) / radius));
    }
    const total = raw.reduce((sum, weight) => sum + weight, 0);
    raw.forEach((weight, offset) => {
      taps.sources.push(first + offset);
      taps.weights.push(weight / total);
    });
    taps.starts[target + 1] = taps.sources.length;
  }
  return taps;
}
