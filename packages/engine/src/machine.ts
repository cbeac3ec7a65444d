import { type Arithmetic, PLACES, REFUSALS, type Refusal } from './plan/format.js';

/** Shape of one result of one image, as the engine works it out. */
export interface ResultShape {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly channelsLast: boolean;
}

/** An opened plan inside WebAssembly or the addon: what both offer alike. */
export interface Machine {
  /** What it runs on, e.g. `relaxed` or `avx512`. */
  readonly form: string;
  readonly arithmetic: Arithmetic;
  readonly height: number;
  readonly width: number;
  readonly results: readonly ResultShape[];
  readonly arenaBytes: number;
  /** Multiply-adds of one image. */
  readonly work: number;
  /** Takes one image as planes, [channels][height][width], and runs. */
  computeFloats(planes: Float32Array): void;
  /** Takes one image as a picture's bytes, three or four a pixel, and runs. */
  computeBytes(pixels: Uint8Array | Uint8ClampedArray, perPixel: number): void;
  /** Copies result `index` of the last run. */
  copyResult(index: number, to: Float32Array): void;
  close(): void;
}

/** Bytes of the arena and multiply-adds of an image, that no plan may exceed. */
export interface Limits {
  readonly bytes: number;
  readonly work: number;
}

/** How a plan is opened: for one height and width (0: the plan's own). */
export interface MachineOptions {
  readonly height: number;
  readonly width: number;
  readonly arithmetic: Arithmetic;
  readonly limits: Limits;
}

/** Opens a plan's bytes, already known to be a plan. */
export type MachineMaker = (bytes: Uint8Array, options: MachineOptions) => Machine;

const CODES = Object.keys(REFUSALS) as Refusal[];

/** The engine's refusal as a sentence. */
export class PlanError extends Error {
  override readonly name = 'PlanError';
  readonly refusal: Refusal;

  /** @param code counts from 1, as C does */
  constructor(code: number, place: number, index: number) {
    const refusal = CODES[code - 1] ?? 'short';
    const where = PLACES[place] ?? 'header';
    super(`${where === 'header' ? '' : `${where[0]?.toUpperCase()}${where.slice(1)} ${index}: `}${REFUSALS[refusal]}`);
    this.refusal = refusal;
  }
}
