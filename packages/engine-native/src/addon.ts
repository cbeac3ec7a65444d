import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { ResultShape } from '@pocketnet/engine';

/** What the addon gives for an opened plan. */
export interface Opened {
  readonly handle: object;
  readonly results: readonly ResultShape[];
  readonly height: number;
  readonly width: number;
  readonly arenaBytes: number;
  readonly work: number;
}

/** The addon's exports, one to one. */
export interface Addon {
  targets(): string[];
  /** @returns what was opened, or the refusal: its code, place and index */
  open(
    bytes: Uint8Array,
    target: number,
    height: number,
    width: number,
    arithmetic: number,
    mostBytes: number,
    mostWork: number,
  ): Opened | [code: number, place: number, index: number];
  run(handle: object, image: Float32Array | Uint8Array | Uint8ClampedArray, perPixel: number): void;
  result(handle: object, index: number, to: Float32Array): void;
  close(handle: object): void;
  /** @returns a handle; undefined where there is no memory */
  searchOpen(dimension: number, target: number): object | undefined;
  /** @returns the bytes that the rows take; 0 where there is no memory */
  searchGrow(handle: object, rows: number): number;
  searchSet(handle: object, row: number, vector: Float32Array): boolean;
  searchClear(handle: object, row: number): void;
  searchVector(handle: object, row: number, to: Float32Array): boolean;
  /** @returns how many were found, of as many as the arrays hold; -1 where the query can't be compared */
  searchBest(handle: object, query: Float32Array, least: number, scores: Float64Array, rows: Uint32Array): number;
  searchClose(handle: object): void;
}

let loaded: Addon | undefined;

/** The addon. @throws an Error that says how to get it */
export function loadAddon(): Addon {
  const path =
    process.env.POCKETNET_ENGINE_ADDON ?? fileURLToPath(new URL('../build/pocketnet_engine.node', import.meta.url));
  try {
    loaded ??= createRequire(import.meta.url)(path) as Addon;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
    throw new Error(
      `The engine's addon could not be loaded from ${path}: ${reason}. Run \`npm run setup\` where a C compiler is, or use @pocketnet/engine.`,
      { cause },
    );
  }
  return loaded;
}
