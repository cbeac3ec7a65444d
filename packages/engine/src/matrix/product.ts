import { MODULES } from '../search/modules.js';
import { type Form, formModuleNow } from '../wasm/form.js';

/**
 * All inner products of two blocks of vectors: `scores[p · G + g] = Σₖ left[p · width + k] · right[g · width + k]`.
 *
 * @param left P vectors, one after the other
 * @param right G vectors, one after the other
 * @param width of a vector
 * @param scores where the P · G products go, row p holding those of left vector p; its former content is lost
 * @throws an Error when the arrays do not fit each other
 */
export type MatrixProduct = (left: Float32Array, right: Float32Array, width: number, scores: Float32Array) => void;

interface Exports {
  readonly memory: WebAssembly.Memory;
  reserve(bytes: number): number;
  product_bytes(lefts: number, width: number): number;
  product(
    left: number,
    lefts: number,
    right: number,
    rights: number,
    width: number,
    scores: number,
    scratch: number,
  ): void;
}

/** Numbers of a block that one call takes at most: what they and their scores take stays far below the memory's bound. */
const MOST_VALUES = 1 << 22;
const MOST_LEFTS = 2048;
const MOST_RIGHTS = 2048;
const aligned = (bytes: number): number => Math.ceil(bytes / 64) * 64;

/**
 * The product in WebAssembly, on the calling thread; every sum is taken in the order of the width, so equal vectors have equal scores. Its
 * memory grows with the largest block that it was given.
 *
 * @param form unless said, the fastest that runs here
 * @throws an Error where WebAssembly with SIMD does not run
 */
export function openProduct(form?: Form): MatrixProduct {
  const wasm = new WebAssembly.Instance(formModuleNow(form, MODULES)).exports as unknown as Exports; // what c/wasm-search.c exports
  const base = wasm.reserve(0) >>> 0;
  let room = 0;
  /** The products of two parts, to scores[start + p · stride + g]. */
  const block = (
    left: Float32Array,
    right: Float32Array,
    width: number,
    scores: Float32Array,
    start: number,
    stride: number,
  ): void => {
    const [lefts, rights] = [left.length / width, right.length / width];
    const leftAt = base;
    const rightAt = leftAt + aligned(left.byteLength);
    const scoresAt = rightAt + aligned(right.byteLength);
    const scratch = scoresAt + aligned(4 * lefts * rights);
    const needed = scratch + wasm.product_bytes(lefts, width) - base;
    if (needed > room) {
      const more = aligned(needed - room);
      if (wasm.reserve(more) === 0) throw new Error(`There is no memory for blocks of ${needed} bytes.`);
      room += more;
    }
    const floats = new Float32Array(wasm.memory.buffer);
    floats.set(left, leftAt / 4);
    floats.set(right, rightAt / 4);
    wasm.product(leftAt, lefts, rightAt, rights, width, scoresAt, scratch);
    for (let p = 0; p < lefts; p++) {
      const from = scoresAt / 4 + p * rights;
      scores.set(floats.subarray(from, from + rights), start + p * stride);
    }
  };
  return (left, right, width, scores) => {
    const { lefts, rights } = productSizes(left, right, width, scores);
    const most = Math.max(1, Math.floor(MOST_VALUES / width));
    const [leftRows, rightRows] = [Math.min(MOST_LEFTS, most), Math.min(MOST_RIGHTS, most)];
    for (let p = 0; p < lefts; p += leftRows) {
      const leftPart = left.subarray(p * width, Math.min(p + leftRows, lefts) * width);
      for (let g = 0; g < rights; g += rightRows) {
        const rightPart = right.subarray(g * width, Math.min(g + rightRows, rights) * width);
        block(leftPart, rightPart, width, scores, p * rights + g, rights);
      }
    }
  };
}

/** The numbers of vectors in the blocks. @throws an Error when the arrays do not fit each other. */
export function productSizes(
  left: Float32Array,
  right: Float32Array,
  width: number,
  scores: Float32Array,
): { lefts: number; rights: number } {
  if (!Number.isInteger(width) || width < 1) throw new Error(`Vectors have ${width} values. They need at least 1.`);
  const lefts = left.length / width;
  const rights = right.length / width;
  if (!Number.isInteger(lefts) || !Number.isInteger(rights))
    throw new Error(`Blocks of ${left.length} and ${right.length} values do not divide into vectors of ${width}.`);
  if (scores.length !== lefts * rights)
    throw new Error(`${lefts} x ${rights} products need that many scores, not ${scores.length}.`);
  return { lefts, rights };
}
