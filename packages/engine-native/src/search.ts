import { type Search, type SearchMachine, type SearchOptions, searchIn } from '@pocketnet/engine';
import type { Addon } from './addon.js';
import { targetOf } from './target.js';

export interface NativeSearchOptions extends SearchOptions {
  /** An instruction set of `nativeForms`; unless said, the fastest that this machine has. */
  readonly form?: string;
}

/**
 * An empty search, natively; otherwise like `openSearch` of `@pocketnet/engine`.
 *
 * @throws an Error where dimension or options can't be, or without the addon
 */
export async function openSearch(dimension: number, options: NativeSearchOptions = {}): Promise<Search> {
  const { addon, form, target } = targetOf(options.form);
  return searchIn(() => nativeSearch(addon, form, target, dimension), dimension, options);
}

function nativeSearch(addon: Addon, form: string, target: number, dimension: number): SearchMachine {
  const handle = addon.searchOpen(dimension, target);
  if (handle === undefined) throw new Error('There is no memory for a search.');
  return {
    form,
    grow: (rows) => addon.searchGrow(handle, rows),
    set: (row, vector) => addon.searchSet(handle, row, vector),
    clear: (row) => addon.searchClear(handle, row),
    copy: (row, to) => addon.searchVector(handle, row, to),
    best(query, most, least) {
      const [scores, rows] = [new Float64Array(most), new Uint32Array(most)];
      const count = addon.searchBest(handle, query, least, scores, rows);
      if (count < 0) return undefined;
      return Array.from({ length: count }, (_, i) => ({ row: rows[i] as number, score: scores[i] as number })); // as many
    },
    close: () => addon.searchClose(handle),
  };
}
