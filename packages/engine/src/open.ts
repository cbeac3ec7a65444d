import type { Limits, Machine, MachineMaker, ResultShape } from './machine.js';
import { type Arithmetic, ENUMS, LIMITS } from './plan/format.js';
import type { Axis, PlanMetadata } from './plan/plan.js';
import { readPlanHeader, readPlanMetadata } from './plan/read.js';

export interface OpenOptions {
  /** Height and width of the images, in pixels; needed where the plan leaves them open. */
  readonly height?: number;
  readonly width?: number;
  /**
   * What it is computed in: `float`, always; of a plan with weights of eight bits also `int16`, `int8` or `int7`, integers of so many bits
   * between steps. Integers give the same bits on every machine, floats do in one form. What is fastest here unless said.
   */
  readonly arithmetic?: Arithmetic;
  /** What the file is called in errors. */
  readonly name?: string;
  /** Most bytes of working memory, and multiply-adds of an image; 1 GiB and 2⁴⁰ unless said. */
  readonly limits?: Partial<Limits>;
}

/** A value that goes in or comes out, for one image. */
export interface PlanValue {
  readonly name: string;
  readonly dims: readonly number[];
}

/** An opened plan: a network for images of one height and width. It belongs to one thread, and runs one call at a time. */
export interface OpenedPlan {
  /** What computes: `simd` or `relaxed` (WebAssembly), `avx512`, `avx2`, `sse4`, `neon` (natively). */
  readonly form: string;
  readonly arithmetic: Arithmetic;
  /** One: [channels, height, width]. */
  readonly inputs: readonly PlanValue[];
  readonly outputs: readonly PlanValue[];
  readonly metadata: PlanMetadata;
  /** Bytes of working memory, and multiply-adds of one image. */
  readonly arenaBytes: number;
  readonly work: number;
  /**
   * Computes every output of each of `count` images (1 unless said).
   *
   * @param images floats as the network takes them, [count, channels, height, width]; or the bytes of pictures, RGB or RGBA,
   *   [count, height, width, 3 or 4], which are normalised as the plan says
   * @returns by name of output: [count, …dims]
   * @throws an Error where the images do not fit, or after `close`
   */
  run(images: Float32Array | Uint8Array | Uint8ClampedArray, count?: number): Record<string, Float32Array<ArrayBuffer>>;
  /** Frees it; closing twice does no harm. */
  close(): void;
}

const MOST = Number.MAX_SAFE_INTEGER;

/** Opens a plan in a machine that `make` starts. */
export function openIn(
  make: MachineMaker,
  bytes: Uint8Array,
  { height, width, arithmetic = 'float', name = 'the plan', limits = {} }: OpenOptions,
): OpenedPlan {
  const metadata = readPlanMetadata(bytes, name);
  const header = readPlanHeader(bytes, name);
  for (const [side, given, own] of [
    ['height', height, header.height],
    ['width', width, header.width],
  ] as const) {
    if (given !== undefined && !(Number.isInteger(given) && given >= 1 && given <= LIMITS.side))
      throw new Error(`${name}: a ${side} of ${given}; give a whole number of pixels, ${LIMITS.side} at most.`);
    if (given === undefined && own === 0)
      throw new Error(
        `${name}: it takes images of any ${side}. Say which: openPlan(bytes, { height, width }), in multiples of ${header.multiple}.`,
      );
    if (given !== undefined && (own === 0 ? given % header.multiple !== 0 : given !== own))
      throw new Error(
        `${name}: a ${side} of ${given}; it takes ${own === 0 ? `multiples of ${header.multiple}` : `${own} alone`}.`,
      );
  }
  if (!Object.hasOwn(ENUMS.arithmetic, arithmetic))
    throw new Error(
      `${name}: "${arithmetic}" is no arithmetic; known are ${Object.keys(ENUMS.arithmetic).join(', ')}.`,
    );
  const bounds = { bytes: 2 ** 30, work: 2 ** 40, ...limits };
  for (const bound of Object.values(bounds))
    if (!(bound >= 0)) throw new Error(`${name}: a limit of ${bound}; give a number from 0 on.`);
  let machine: Machine;
  try {
    machine = make(bytes, {
      ...{ height: height ?? 0, width: width ?? 0, arithmetic },
      // C takes whole numbers of 64 bits
      limits: { bytes: Math.min(bounds.bytes, MOST), work: Math.min(bounds.work, MOST) },
    });
  } catch (cause) {
    throw new Error(`${name}: the engine refuses it. ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
  return planIn(machine, metadata, header.channels, name);
}

function planIn(machine: Machine, metadata: PlanMetadata, channels: number, name: string): OpenedPlan {
  if (metadata.outputs.length !== machine.results.length) {
    machine.close();
    throw new Error(`${name}: it names ${metadata.outputs.length} outputs and computes ${machine.results.length}.`);
  }
  const { form, arithmetic, height, width, arenaBytes, work } = machine;
  const outputs = metadata.outputs.map(({ name: output, axes }, i) => ({
    name: output,
    dims: axes.map((axis) => sizeOf(axis, machine.results[i] as ResultShape)), // as many
  }));
  const sizes = machine.results.map((shape) => sizeOf('values', shape));
  let closed = false;
  return {
    ...{ form, arithmetic, metadata, outputs, arenaBytes, work },
    inputs: [{ name: metadata.input.name, dims: [channels, height, width] }],
    run(images, count = 1) {
      if (closed) throw new Error(`${name} is closed. Open it again to run it.`);
      const isFloats = images instanceof Float32Array;
      const each = images.length / count;
      const perPixel = each / (height * width);
      if (!Number.isInteger(count) || count < 1 || !(isFloats ? perPixel === channels : fitsBytes(perPixel, channels)))
        throw new Error(
          `${name}: ${images.length} ${isFloats ? 'floats' : 'bytes'} for ${count} images of ${height}x${width}; ` +
            `it takes ${channels} floats${channels === 3 ? ', or 3 or 4 bytes,' : ''} for each pixel.`,
        );
      const results = sizes.map((size) => new Float32Array(count * size));
      for (let i = 0; i < count; i++) {
        if (isFloats) machine.computeFloats(images.subarray(i * each, (i + 1) * each));
        else machine.computeBytes(images.subarray(i * each, (i + 1) * each), perPixel);
        for (const [o, size] of sizes.entries())
          machine.copyResult(o, (results[o] as Float32Array).subarray(i * size, (i + 1) * size)); // one for each
      }
      return Object.fromEntries(
        outputs.map(({ name: output }, o) => [output, results[o] as Float32Array<ArrayBuffer>]),
      );
    },
    close() {
      if (!closed) machine.close();
      closed = true;
    },
  };
}

const fitsBytes = (perPixel: number, channels: number): boolean => channels === 3 && (perPixel === 3 || perPixel === 4);

function sizeOf(axis: Axis, { channels, height, width }: ResultShape): number {
  const sizes = { channels, height, width, pixels: height * width, values: channels * height * width };
  return sizes[axis];
}
