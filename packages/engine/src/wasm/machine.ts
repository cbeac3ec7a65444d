import { type Machine, type MachineOptions, PlanError, type ResultShape } from '../machine.js';
import { ENUMS } from '../plan/format.js';

/** What c/wasm.c exports. */
export interface Exports {
  readonly memory: WebAssembly.Memory;
  reserve(bytes: number): number;
  open(
    plan: number,
    size: number,
    height: number,
    width: number,
    arithmetic: number,
    bytes: number,
    work: number,
  ): number;
  report(): number;
  floats(planes: number): void;
  bytes(pixels: number, perPixel: number): number;
  run(): void;
  shape(index: number): number;
  result(index: number): number;
}

/** Memory of its own for `size` bytes. @throws an Error where there is none */
function reserve(wasm: Exports, size: number): number {
  const address = wasm.reserve(size);
  if (address === 0) throw new Error(`There is no memory for ${size} bytes.`);
  return address >>> 0;
}

/** Opens a plan in an instance of its own, so that nothing that goes wrong in it can harm another. @throws a PlanError where it is refused */
export function openInstance<E extends Exports>(
  module: WebAssembly.Module,
  bytes: Uint8Array,
  { height, width, arithmetic, limits }: MachineOptions,
): { wasm: E; report: DataView; plan: number } {
  const wasm = new WebAssembly.Instance(module).exports as unknown as E; // what the module's C exports
  const plan = reserve(wasm, bytes.length);
  new Uint8Array(wasm.memory.buffer, plan, bytes.length).set(bytes);
  const opened = wasm.open(plan, bytes.length, height, width, ENUMS.arithmetic[arithmetic], limits.bytes, limits.work);
  const report = new DataView(wasm.memory.buffer, wasm.report(), 40);
  const word = (index: number): number => report.getUint32(4 * index, true);
  if (opened === 0) throw new PlanError(word(0), word(1), word(2));
  return { wasm, report, plan };
}

/** A plan, opened in WebAssembly. */
export function wasmMachine(
  module: WebAssembly.Module,
  form: string,
  bytes: Uint8Array,
  options: MachineOptions,
): Machine {
  const { wasm, report } = openInstance(module, bytes, options);
  const word = (index: number): number => report.getUint32(4 * index, true);
  const [rows, columns, channels, arenaBytes] = [word(3), word(4), word(6), word(7)];
  const work = report.getFloat64(32, true);
  const results = Array.from({ length: word(5) }, (_, i) => shapeAt(wasm, i));
  let alive: Exports | undefined = wasm;
  const inside = (): Exports => {
    if (!alive) throw new Error('The plan is closed.');
    return alive;
  };
  let staging = 0; // where images are put before they become the network's; made with the first of them
  const stage = (): number => {
    if (staging === 0) staging = reserve(wasm, 4 * Math.max(channels, 1) * rows * columns);
    return staging;
  };
  return {
    ...{ form, arithmetic: options.arithmetic, height: rows, width: columns, results, arenaBytes, work },
    computeFloats(planes) {
      const { memory, floats, run } = inside();
      const at = stage();
      new Float32Array(memory.buffer, at, planes.length).set(planes);
      floats(at);
      run();
    },
    computeBytes(pixels, perPixel) {
      const { memory, bytes: take, run } = inside();
      const at = stage();
      new Uint8Array(memory.buffer, at, pixels.length).set(pixels);
      take(at, perPixel);
      run();
    },
    copyResult: (index, to) => to.set(new Float32Array(inside().memory.buffer, wasm.result(index) >>> 0, to.length)),
    close() {
      alive = undefined;
    },
  };
}

function shapeAt(wasm: Exports, index: number): ResultShape {
  const [channels = 0, height = 0, width = 0, order] = new Uint32Array(wasm.memory.buffer, wasm.shape(index), 4);
  return { channels, height, width, channelsLast: order === 1 };
}
