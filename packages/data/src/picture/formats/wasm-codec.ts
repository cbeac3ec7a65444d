import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** A running codec of @jsquash/jpeg. */
export interface WasmCodec<Functions> {
  readonly call: Functions;
  /** The first thing that the C library inside complained of since this was last asked. */
  takeComplaint(): string | undefined;
}

/** What Emscripten makes of a C library: fills the object that it is given with the library's functions. */
export type WasmFactory = (overrides: object) => Promise<unknown>;

/**
 * Starts a codec without `fetch`, which cannot read files in Node, and without waiting: when the WebAssembly instance
 * is made at once, the factory runs to its end at once too, and its own promise comes too late to matter.
 *
 * @param wasmFile its path in the package, such as `codec/dec/mozjpeg_dec.wasm`
 */
export function startCodec<Functions>(factory: WasmFactory, wasmFile: string): WasmCodec<Functions> {
  let complaint: string | undefined;
  const overrides = {
    noInitialRun: true,
    print: () => {},
    printErr: (line: string) => {
      complaint ??= line;
    },
    instantiateWasm: (imports: object, receive: (instance: WasmInstance) => void) => {
      const instance = new WebAssembly.Instance(compile(wasmFile), imports);
      receive(instance);
      return instance.exports;
    },
  };
  factory(overrides).catch(() => {});
  return {
    call: overrides as unknown as Functions, // Emscripten has added the codec's functions to this very object
    takeComplaint() {
      const taken = complaint;
      complaint = undefined;
      return taken;
    },
  };
}

/** The little of the WebAssembly interface that is used; neither TypeScript's es2023 nor Node's types declare it. */
interface WasmInstance {
  readonly exports: object;
}
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => WasmInstance;
};

const compiled = new Map<string, object>();

function compile(wasmFile: string): object {
  const known = compiled.get(wasmFile);
  if (known !== undefined) return known;
  const path = createRequire(import.meta.url).resolve(`@jsquash/jpeg/${wasmFile}`);
  const module = new WebAssembly.Module(readFileSync(path));
  compiled.set(wasmFile, module);
  return module;
}
