import { checkMatrix, type Matrix } from '../matrix.js';
import { bestProduct } from '../product/index.js';
import type { Product } from '../product/product.js';
import { type Similarity, similarity, squaredNorms } from './similarity.js';

export interface ScanOptions {
  /** What multiplies the blocks; the best of this package unless given. */
  readonly product?: Product;
  /** `dot` unless said. */
  readonly similarity?: Similarity;
  /** Called after each block with the number of gallery rows compared so far. */
  readonly onProgress?: (rows: number) => void;
}

/**
 * What is told of a score worth a look: which probe, which row of the gallery given last, the score and by how much it may be
 * off. {@link ScoreScan.exact} settles it.
 */
export type Visit = (probe: number, row: number, score: number, error: number) => void;

/** Blocks whose scores stay in a core's cache while they are looked through. */
const PROBE_BLOCK = 512;
const GALLERY_BLOCK = 2048;
/** Longer vectors would overflow float32 when multiplied. */
const LONGEST = 1e15;

/**
 * Compares probes with any number of gallery rows, block by block, keeping no score: those that may reach a probe's
 * `floors` entry are passed to a visitor, the rest, nearly all, cost a comparison.
 *
 * Blocks are multiplied in float32, whose error is bounded: |x̂·ŷ − x·y| <= (width + 8)·2⁻²⁴·|x||y| for inputs rounded to
 * float32 and sums in any order (Higham, Accuracy and Stability of Numerical Algorithms, section 3.1). A visitor that needs to know
 * on which side of a value a score lies asks for it in float64 where that bound does not say: so its result is that of
 * float64 scores, whatever the product and however the gallery is cut into blocks.
 */
export class ScoreScan {
  readonly probes: Matrix;
  /** Per probe the score below which nothing matters; visitors may raise it as they go. −Infinity at first. */
  readonly floors: Float64Array;
  /** Gallery rows compared so far. */
  compared = 0;

  readonly #options: ScanOptions;
  readonly #kind: Similarity;
  readonly #product: Product;
  readonly #left: Float32Array;
  readonly #squares: Float64Array;
  readonly #longest: number;
  #scores = new Float32Array(0);
  #gallery: Matrix;

  /** @throws an Error when a probe holds values that are not finite, or too large for float32 */
  constructor(probes: Matrix, options: ScanOptions = {}) {
    checkMatrix(probes, 'The probes');
    this.probes = probes;
    this.#gallery = probes;
    this.#options = options;
    this.#kind = options.similarity ?? 'dot';
    this.#product = options.product ?? bestProduct();
    this.floors = new Float64Array(probes.rows).fill(-Infinity);
    this.#left = floats(probes, 0, probes.rows);
    this.#squares = squaredNorms(probes);
    this.#longest = checkedLength(this.#squares, 'The probes');
  }

  /**
   * Compares all probes with further rows of the gallery.
   * @throws an Error when the rows are of another width, not finite, or too large for float32
   */
  add(gallery: Matrix, visit: Visit): void {
    this.check(gallery);
    const squares = squaredNorms(gallery);
    checkedLength(squares, 'The gallery');
    this.#gallery = gallery;
    for (let start = 0; start < gallery.rows; start += GALLERY_BLOCK) {
      const end = Math.min(start + GALLERY_BLOCK, gallery.rows);
      this.#block(floats(gallery, start, end), start, squares.subarray(start, end), visit);
      this.compared += end - start;
      this.#options.onProgress?.(this.compared);
    }
  }

  /** @throws an Error when the rows cannot be compared with the probes */
  check(gallery: Matrix): void {
    checkMatrix(gallery, 'The gallery');
    if (gallery.cols === this.probes.cols) return;
    throw new Error(
      `The gallery's vectors have ${gallery.cols} values, the probes' ${this.probes.cols}. Embed both with one network.`,
    );
  }

  /** The score of a probe and a row of the gallery given last, in float64. */
  exact(probe: number, row: number): number {
    return this.similarity(probe, this.#gallery, row);
  }

  /** The score of a probe and a row of any matrix of the same width, in float64. */
  similarity(probe: number, other: Matrix, row: number): number {
    return similarity(this.#kind, this.probes, probe, other, row);
  }

  #block(right: Float32Array, start: number, squares: Float64Array, visit: Visit): void {
    const width = this.probes.cols;
    const isDistance = this.#kind === 'distance';
    const relative = (width + 8) * 2 ** -24;
    const errors = squares.map((square) => relative * Math.sqrt(square));
    // What underflow and, between lengths that differ much, the float64 sums of the distance's formula may add.
    const rest = squares.map(
      (square) => width * (2 ** -100 + (isDistance ? 2 ** -52 * (square + this.#longest ** 2) : 0)),
    );
    // −|x − y|² >= floor where x·y >= (floor + |x|²)/2 + |y|²/2; the slack is the part that the gallery row gives.
    const slack = squares.map(
      (square, g) => (isDistance ? square / 2 : 0) - (errors[g] as number) * this.#longest - (rest[g] as number),
    );
    const columns = squares.length;
    const room = Math.min(PROBE_BLOCK, this.probes.rows) * columns;
    if (this.#scores.length < room) this.#scores = new Float32Array(room);
    for (let first = 0; first < this.probes.rows; first += PROBE_BLOCK) {
      const last = Math.min(first + PROBE_BLOCK, this.probes.rows);
      const scores = this.#scores.subarray(0, (last - first) * columns);
      this.#product(this.#left.subarray(first * width, last * width), right, width, scores);
      for (let probe = first; probe < last; probe++) {
        const square = this.#squares[probe] as number; // one for each probe
        const length = Math.sqrt(square);
        const limit = this.#limit(probe);
        const base = (probe - first) * columns;
        for (let g = 0; g < columns; g++) {
          const product = scores[base + g] as number; // one for each pair of the block
          // NaN is not lower, and so is seen.
          if (product < limit + (slack[g] as number)) continue;
          if (!Number.isFinite(product)) throw notFinite(probe, start + g, product);
          const error = (errors[g] as number) * length + (rest[g] as number);
          if (isDistance) visit(probe, start + g, 2 * product - square - (squares[g] as number), 2 * error);
          else visit(probe, start + g, product, error);
        }
      }
    }
  }

  /** The floor of a probe in terms of its inner products. */
  #limit(probe: number): number {
    const floor = this.floors[probe] as number; // one for each probe
    return this.#kind === 'distance' ? (floor + (this.#squares[probe] as number)) / 2 : floor;
  }
}

/** Rows as float32, copied only where they are not. */
function floats({ data, cols }: Matrix, start: number, end: number): Float32Array {
  const part = data.subarray(start * cols, end * cols);
  return part instanceof Float32Array ? part : Float32Array.from(part);
}

/** The greatest length of the rows. */
function checkedLength(squares: Float64Array, what: string): number {
  const longest = Math.sqrt(squares.reduce((most, square) => Math.max(most, square), 0));
  if (longest > LONGEST)
    throw new Error(`${what} hold a vector of length ${longest.toPrecision(3)}; at most ${LONGEST} can be compared.`);
  return longest;
}

function notFinite(probe: number, row: number, product: number): Error {
  return new Error(
    `The product of probe ${probe} and gallery row ${row} is ${product}, though both are finite. The product function is at fault.`,
  );
}
