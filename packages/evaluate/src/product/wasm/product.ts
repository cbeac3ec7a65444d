import { type Product, productSizes } from '../product.js';
import { engine, type Memory, PAGE } from './engine.js';
import { kernel, PANEL, QUAD, STEP } from './kernel.js';

type Multiply = (
  left: number,
  right: number,
  scores: number,
  quads: number,
  panels: number,
  steps: number,
  stride: number,
) => void;

/** Scores that one call of the kernel makes at most: what they and their operands take stays far below the memory's bound. */
const MOST_SCORES = 1 << 22;
const MOST_PAGES = 32_768;

/** The kernel, compiled once. */
let compiled: object | undefined;

/** Whether WebAssembly with 128-bit SIMD runs here. */
export const wasmProductRuns = (): boolean => compiled !== undefined || (engine?.validate(kernel(false)) ?? false);

/**
 * The product in WebAssembly SIMD, on the calling thread, with fused multiply-add where the engine knows it. Its memory grows
 * with the largest block it was given and is freed with it. Assembled when called: nothing is fetched or read from disk.
 *
 * @throws an Error where WebAssembly SIMD does not run: take `plainProduct` there, or `bestProduct()`
 */
export function wasmProduct(): Product {
  if (engine === undefined || !wasmProductRuns())
    throw new Error('WebAssembly with SIMD is not available here. Use plainProduct, or bestProduct(), which chooses.');
  compiled ??= new engine.Module([kernel(true), kernel(false)].find((code) => engine?.validate(code)) ?? kernel(false));
  const memory = new engine.Memory({ initial: 1, maximum: MOST_PAGES });
  const instance = new engine.Instance(compiled, { host: { memory } });
  const { multiply } = instance.exports as { multiply: Multiply }; // the kernel's one export
  return (left, right, width, scores) => {
    const { lefts, rights } = productSizes(left, right, width, scores);
    if (lefts === 0 || rights === 0) return;
    const leftRows = Math.max(1, Math.min(lefts, Math.floor(MOST_SCORES / Math.max(width, 2048))));
    const rightRows = Math.max(1, Math.min(rights, 2048, Math.floor(MOST_SCORES / width)));
    for (let g = 0; g < rights; g += rightRows) {
      const rightPart = right.subarray(g * width, Math.min(g + rightRows, rights) * width);
      for (let p = 0; p < lefts; p += leftRows) {
        const leftPart = left.subarray(p * width, Math.min(p + leftRows, lefts) * width);
        block(memory, multiply, leftPart, rightPart, width, scores, p * rights + g, rights);
      }
    }
  };
}

/** One call of the kernel: packs both blocks, multiplies, and copies the scores to `target[start + p · stride + g]`. */
function block(
  memory: Memory,
  multiply: Multiply,
  left: Float32Array,
  right: Float32Array,
  width: number,
  target: Float32Array,
  start: number,
  stride: number,
): void {
  const steps = Math.ceil(width / STEP);
  const quads = Math.ceil(left.length / width / QUAD);
  const panels = Math.ceil(right.length / width / PANEL);
  const rightAt = quads * QUAD * steps * STEP;
  const scoresAt = rightAt + panels * PANEL * steps * STEP;
  const floats = room(memory, scoresAt + quads * QUAD * panels * PANEL);
  pack(left, width, steps * STEP, QUAD, floats.subarray(0, rightAt));
  pack(right, width, steps * STEP, PANEL, floats.subarray(rightAt, scoresAt));
  multiply(0, 4 * rightAt, 4 * scoresAt, quads, panels, steps, 4 * panels * PANEL);
  const columns = right.length / width;
  for (let p = 0; p < left.length / width; p++) {
    const from = scoresAt + p * panels * PANEL;
    target.set(floats.subarray(from, from + columns), start + p * stride);
  }
}

/** The memory as floats, at least `count` of them. */
function room(memory: Memory, count: number): Float32Array {
  const missing = 4 * count - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
  return new Float32Array(memory.buffer);
}

/** Vectors side by side in groups, [group][padded width][lanes]; what is missing to whole groups and widths becomes 0. */
function pack(vectors: Float32Array, width: number, padded: number, lanes: number, packed: Float32Array): void {
  if (padded !== width || (vectors.length / width) % lanes !== 0) packed.fill(0);
  for (let v = 0; v * width < vectors.length; v++) {
    const lane = Math.floor(v / lanes) * lanes * padded + (v % lanes);
    for (let k = 0; k < width; k++) packed[lane + k * lanes] = vectors[v * width + k] as number; // inside by the sizes
  }
}
