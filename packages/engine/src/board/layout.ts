import { readFile } from 'node:fs/promises';
import { type Arithmetic, OPENED } from '../plan/format.js';
import { type Exports, openInstance } from '../wasm/machine.js';

export type OpenedName = keyof typeof OPENED;
export type OpenedRecord<N extends OpenedName> = { [F in keyof (typeof OPENED)[N]]: number };

/** Where things begin in the arena, in floats, as the state has them. */
const OFFSETS = ['image', 'weights', 'scratch', 'segments', 'sums', 'line', 'rings', 'halves'] as const;

/** All that an opening finds out of a plan, as a board's build of the engine lays it out. */
export interface Layout {
  readonly height: number;
  readonly width: number;
  /** Of RAM: what loading makes of weights is none of it. */
  readonly arenaBytes: number;
  /** Multiply-adds of one image. */
  readonly work: number;
  readonly planes: readonly OpenedRecord<'planes'>[];
  readonly shapes: readonly OpenedRecord<'shape'>[];
  readonly results: readonly OpenedRecord<'result'>[];
  /** Of steps and of sources; `loaded` is an address in the module's memory. */
  readonly stepTables: readonly OpenedRecord<'tables'>[];
  readonly sourceTables: readonly OpenedRecord<'tables'>[];
  /** What loading makes of weights, as words. */
  readonly loaded: Uint32Array;
  /** Where in the module's memory the plan and what was loaded begin. */
  readonly places: { readonly plan: number; readonly loaded: number };
  readonly offsets: Readonly<Record<(typeof OFFSETS)[number], number>>;
}

/** What c/layout.c exports beside the rest. */
interface LayoutExports extends Exports {
  table(which: number): number;
  arena(): number;
}

const TABLES = { planes: 0, shape: 1, result: 2, stepTables: 3, sourceTables: 4, offsets: 5 } as const;

/** The engine as boards have it, in WebAssembly. */
export async function boardModule(): Promise<WebAssembly.Module> {
  return WebAssembly.compile(await readFile(new URL('../../wasm/layout.wasm', import.meta.url)));
}

/**
 * Opens a plan as a board would, and reads what came of it.
 *
 * @throws a PlanError where the engine refuses it
 */
export function layOut(
  module: WebAssembly.Module,
  bytes: Uint8Array,
  arithmetic: Arithmetic,
  counts: { buffers: number; steps: number; sources: number },
): Layout {
  const { wasm, report, plan } = openInstance<LayoutExports>(module, bytes, {
    ...{ height: 0, width: 0, arithmetic },
    limits: { bytes: 2 ** 31, work: 2 ** 40 },
  });
  const view = new DataView(wasm.memory.buffer);
  const table = <N extends OpenedName>(name: N, count: number, which: keyof typeof TABLES) =>
    Array.from({ length: count }, (_, i) => readOpened(view, wasm.table(TABLES[which]) + i * openedBytes(name), name));
  const at = wasm.table(TABLES.offsets);
  const offsets = Object.fromEntries(
    OFFSETS.map((name, i) => [name, Number(view.getBigUint64(at + 8 * i, true))]),
  ) as Layout['offsets']; // every one
  const loaded = wasm.arena() + 4 * offsets.weights;
  return {
    height: report.getUint32(12, true),
    width: report.getUint32(16, true),
    arenaBytes: 4 * offsets.weights,
    work: report.getFloat64(32, true),
    planes: table('planes', counts.buffers, 'planes'),
    shapes: table('shape', counts.steps, 'shape'),
    results: table('result', report.getUint32(20, true), 'result'),
    stepTables: table('tables', counts.steps, 'stepTables'),
    sourceTables: table('tables', counts.sources, 'sourceTables'),
    loaded: new Uint32Array(view.buffer.slice(loaded, wasm.arena() + report.getUint32(28, true))),
    places: { plan, loaded },
    offsets,
  };
}

const SIZES = { u32: 4, u64: 8, pointer: 4 } as const;

/** Fields and where they lie: each at a multiple of its size, as C has them. */
function placed(name: OpenedName): { field: string; type: keyof typeof SIZES; at: number }[] {
  let end = 0;
  return Object.entries(OPENED[name]).map(([field, type]) => {
    const at = Math.ceil(end / SIZES[type]) * SIZES[type];
    end = at + SIZES[type];
    return { field, type, at };
  });
}

/** Bytes of a record; each holds a 64-bit number, of which it takes a multiple. */
function openedBytes(name: OpenedName): number {
  const last = placed(name).at(-1);
  return last ? Math.ceil((last.at + SIZES[last.type]) / 8) * 8 : 0;
}

function readOpened<N extends OpenedName>(view: DataView, address: number, name: N): OpenedRecord<N> {
  const fields = placed(name).map(({ field, type, at }) => [
    field,
    type === 'u64' ? Number(view.getBigUint64(address + at, true)) : view.getUint32(address + at, true),
  ]);
  return Object.fromEntries(fields) as OpenedRecord<N>; // every field of the record
}
