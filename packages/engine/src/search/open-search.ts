import { type Form, formModule } from '../wasm/form.js';
import { wasmSearch } from './machine.js';
import { MODULES } from './modules.js';
import { type Search, type SearchOptions, searchIn } from './search.js';

export interface WasmSearchOptions extends SearchOptions {
  /** Unless said, the fastest that runs here. */
  readonly form?: Form;
}

/**
 * An empty search over vectors of `dimension` values, in WebAssembly.
 *
 * @throws an Error where dimension or options can't be, or where WebAssembly with SIMD does not run
 */
export async function openSearch(dimension: number, options: WasmSearchOptions = {}): Promise<Search> {
  const { form, module } = await formModule(options.form, MODULES);
  return searchIn(() => wasmSearch(module, form, dimension), dimension, options);
}
