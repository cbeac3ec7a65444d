import { channelsOf, type Image, type RgbImage } from '../align/image.js';

/** A part of a picture, in pixels from its upper left corner; it may reach beyond the picture. */
export interface Region {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

// Weights are whole numbers whose sum is a power of two, and 255 · 2¹² · 2¹¹ stays below 2³¹: the same pixels everywhere.
const [ACROSS_BITS, DOWN_BITS] = [12, 11];
const HALF = 2 ** (ACROSS_BITS + DOWN_BITS - 1);

/**
 * A region of a picture at another size: the mean of what each new pixel covers where it shrinks, bilinear where it grows, black beyond
 * the picture. Alpha is ignored. In whole numbers, so that it gives the same bytes in every JavaScript engine.
 *
 * @param width of the result, whole, above 0
 * @param height of the result
 */
export function resample(image: Image, region: Region, width: number, height: number): RgbImage {
  const channels = channelsOf(image);
  const across = tapsOf(region.x, region.width, width, image.width, ACROSS_BITS);
  const down = tapsOf(region.y, region.height, height, image.height, DOWN_BITS);
  const data = new Uint8Array(3 * width * height);
  const rows = new RowCache(image, channels, across, width);
  const sums = new Int32Array(3 * width);
  for (let y = 0; y < height; y++) {
    sums.fill(HALF);
    for (let tap = down.start(y); tap < down.start(y + 1); tap++) {
      const weight = down.weights[tap] as number; // inside by the loop's bound
      const row = rows.at(down.places[tap] as number);
      for (let i = 0; i < sums.length; i++) sums[i] = (sums[i] as number) + weight * (row[i] as number);
    }
    for (let i = 0, to = 3 * y * width; i < sums.length; i++, to++)
      data[to] = (sums[i] as number) >> (ACROSS_BITS + DOWN_BITS);
  }
  return { width, height, data };
}

/** Rows of the picture, filtered across; the last two are kept, for neighbours share them. */
class RowCache {
  readonly #image: Image;
  readonly #channels: number;
  readonly #taps: Taps;
  #newer: Row;
  #older: Row;

  constructor(image: Image, channels: number, taps: Taps, width: number) {
    [this.#image, this.#channels, this.#taps] = [image, channels, taps];
    const none = (): Row => ({ y: -1, values: new Int32Array(3 * width) });
    [this.#newer, this.#older] = [none(), none()];
  }

  at(y: number): Int32Array {
    if (this.#newer.y === y) return this.#newer.values;
    [this.#newer, this.#older] = [this.#older, this.#newer];
    if (this.#newer.y !== y) {
      this.#newer.y = y;
      this.#fill(this.#newer.values, y);
    }
    return this.#newer.values;
  }

  #fill(row: Int32Array, y: number): void {
    const { data, width } = this.#image;
    const { places, weights, starts } = this.#taps;
    const [channels, from] = [this.#channels, y * width * this.#channels];
    for (let x = 0, tap = 0; 3 * x < row.length; x++) {
      let [red, green, blue] = [0, 0, 0];
      for (const end = starts[x + 1] as number; tap < end; tap++) {
        const weight = weights[tap] as number; // all inside by the taps' making
        const at = from + channels * (places[tap] as number);
        red += weight * (data[at] as number);
        green += weight * (data[at + 1] as number);
        blue += weight * (data[at + 2] as number);
      }
      row[3 * x] = red;
      row[3 * x + 1] = green;
      row[3 * x + 2] = blue;
    }
  }
}

interface Row {
  y: number;
  readonly values: Int32Array;
}

/** Which pixels each new one takes along an axis, and with which weight: those of new pixel i stand from starts[i] to starts[i + 1]. */
interface Taps {
  readonly places: Int32Array;
  readonly weights: Int32Array;
  readonly starts: Int32Array;
  start(i: number): number;
}

function tapsOf(offset: number, extent: number, count: number, size: number, bits: number): Taps {
  const [places, weights, starts]: [number[], number[], number[]] = [[], [], [0]];
  const scale = extent / count;
  for (let i = 0; i < count; i++) {
    const start = offset + i * scale;
    const pairs = scale >= 1 ? covered(start, start + scale, 2 ** bits) : between(start + scale / 2 - 0.5, 2 ** bits);
    for (const [place, weight] of pairs) {
      if (place < 0 || place >= size || weight === 0) continue; // black beyond the picture
      places.push(place);
      weights.push(weight);
    }
    starts.push(places.length);
  }
  const all = Int32Array.from(starts);
  return {
    places: Int32Array.from(places),
    weights: Int32Array.from(weights),
    starts: all,
    start: (i) => all[i] as number, // i from 0 to count
  };
}

/** Each pixel's share of a stretch; their running sums are rounded, so that all add up to `one`. */
function covered(start: number, end: number, one: number): [place: number, weight: number][] {
  const pairs: [number, number][] = [];
  let before = 0;
  for (let place = Math.floor(start); place < end; place++) {
    const until = Math.round((one * (Math.min(end, place + 1) - start)) / (end - start));
    pairs.push([place, until - before]);
    before = until;
  }
  return pairs;
}

/** The two pixels beside a place between their centres. */
function between(centre: number, one: number): [place: number, weight: number][] {
  const left = Math.floor(centre);
  const right = Math.round(one * (centre - left));
  return [
    [left, one - right],
    [left + 1, right],
  ];
}
