import { chosenArithmetic } from './fastest.js';
import { type OpenedPlan, type OpenOptions, openIn } from './open.js';
import { chosenForm, type Form, formModule, multipliesBytes, planModules } from './wasm/form.js';
import { wasmMachine } from './wasm/machine.js';

export interface WasmOptions extends OpenOptions {
  /** Unless said, the fastest form that runs here. */
  readonly form?: Form;
}

/**
 * Opens a compiled network in WebAssembly: in Node, a worker or a browser. Everything is checked before the first run.
 *
 * @param bytes of a `.pnet` file
 * @throws an Error that says what is wrong with the plan or the size
 */
export async function openPlan(bytes: Uint8Array, options: WasmOptions = {}): Promise<OpenedPlan> {
  const form = chosenForm(options.form);
  const arithmetic = chosenArithmetic(bytes, options, multipliesBytes(form) ? 'relaxed' : 'simd');
  const { module } = await formModule(form, planModules(arithmetic));
  return openIn((plan, how) => wasmMachine(module, form, plan, how), bytes, { ...options, arithmetic });
}
