import type { Arithmetic } from '@pocketnet/engine';
import type { RuntimeName } from '@pocketnet/onnx';

/** Something that turns aligned face crops into embeddings. */
export interface Embedder {
  readonly name: string;
  /** Width of an embedding. */
  readonly dimension: number;
  /** Side of the square crops that it takes, in pixels. */
  readonly size: number;
  /**
   * @param images [count, size, size, 3], RGB, (x − 127.5) / 127.5
   * @returns [count, dimension], raw: not normalised
   */
  embed(images: Float32Array, count: number): Promise<Float32Array>;
  close(): Promise<void>;
}

/** How a model file is opened. */
export interface OpenOptions {
  /** Which network weights are of; by default what their file says. Needless for ONNX. */
  network?: string;
  /** Threads that one call may use; by default the engine's choice. */
  threads?: number;
  /** What an ONNX model takes from the pixels, 0 … 255, before `scale`: one number or three; told by its graph unless said. */
  mean?: readonly number[];
  /** What an ONNX model multiplies the rest by; told by its graph unless said. */
  scale?: number;
  /**
   * What runs ONNX files and plans: ONNX Runtime or our engine, each natively or in WebAssembly. `usual-engine`: our engine, as fast as it
   * is here, and ONNX Runtime for models that it cannot compile. Unless said, ONNX Runtime for ONNX and the engine for plans.
   */
  runtime?: RuntimeName | 'usual-engine';
  /** What a plan with weights of eight bits is computed in; unless said, what is fastest here. */
  arithmetic?: Arithmetic;
}

/** The same crops, seen in a mirror. */
export function mirrored(images: Float32Array, count: number, size: number): Float32Array {
  const out = new Float32Array(images.length);
  for (let row = 0; row < count * size; row++) {
    const start = row * size * 3;
    for (let x = 0; x < size; x++) {
      const from = start + (size - 1 - x) * 3;
      const to = start + x * 3;
      out[to] = images[from] as number; // inside the row by construction
      out[to + 1] = images[from + 1] as number;
      out[to + 2] = images[from + 2] as number;
    }
  }
  return out;
}

/** RGB to BGR and back, in place. */
export function swapRedAndBlue(floats: Float32Array): void {
  for (let i = 0; i + 2 < floats.length; i += 3) {
    const red = floats[i] as number; // inside by the loop's bound
    floats[i] = floats[i + 2] as number;
    floats[i + 2] = red;
  }
}
