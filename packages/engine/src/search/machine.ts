import type { Found, SearchMachine } from './search.js';

interface Exports {
  readonly memory: WebAssembly.Memory;
  reserve(bytes: number): number;
  open(dimension: number): number;
  grow(rows: number): number;
  set(row: number, vector: number): number;
  clear(row: number): void;
  vector(row: number): number;
  best(query: number, most: number, least: number, found: number): number;
}

const FOUND_BYTES = 16; // of C's pn_found: a float64 and a row

/** A search in an instance of its own: its memory grows with it and is freed with it. */
export function wasmSearch(module: WebAssembly.Module, form: string, dimension: number): SearchMachine {
  const wasm = new WebAssembly.Instance(module).exports as unknown as Exports; // what c/wasm-search.c exports
  const vectorBytes = 4 * dimension;
  const staging = wasm.open(dimension) === 0 ? 0 : wasm.reserve(vectorBytes) >>> 0; // where vectors are put
  if (staging === 0) throw new Error('There is no memory for a search.');
  let found = { at: 0, room: 0 };
  const stage = (vector: Float32Array): number => {
    new Float32Array(wasm.memory.buffer, staging, dimension).set(vector);
    return staging;
  };
  return {
    form,
    grow(rows) {
      const before = wasm.memory.buffer.byteLength;
      return wasm.grow(rows) === 0 ? 0 : Math.max(1, wasm.memory.buffer.byteLength - before);
    },
    set: (row, vector) => wasm.set(row, stage(vector)) !== 0,
    clear: (row) => wasm.clear(row),
    copy(row, to) {
      const at = wasm.vector(row) >>> 0;
      if (at !== 0) to.set(new Float32Array(wasm.memory.buffer, at, dimension));
      return at !== 0;
    },
    best(query, most, least) {
      if (most > found.room) {
        const room = Math.max(64, 2 * most);
        const at = wasm.reserve(FOUND_BYTES * room) >>> 0;
        if (at === 0) throw new Error(`There is no memory for the best ${most}.`);
        found = { at, room };
      }
      const count = wasm.best(stage(query), most, least, found.at);
      if (count < 0) return undefined;
      const view = new DataView(wasm.memory.buffer, found.at, FOUND_BYTES * count);
      return Array.from(
        { length: count },
        (_, i): Found => ({
          row: view.getUint32(FOUND_BYTES * i + 8, true),
          score: view.getFloat64(FOUND_BYTES * i, true),
        }),
      );
    },
    close() {},
  };
}
