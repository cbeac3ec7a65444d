import { resumable } from '../runs/resumable.js';
import { findSearchMethod, searchMethods } from './methods/index.js';
import type { SearchOptions, SearchResult } from './result.js';
import type { LoadedSearch } from './schema.js';

/**
 * Searches cells as a configuration says, by its method. Writes into the folder what docs/search.md lists, genotype.json at the end, and
 * what a killed search resumes from to the same numbers.
 *
 * Where the environment says that this is one of several processes (docs/distributed.md), they search together: each on its part of every
 * step's images, with the mean of their gradients. The first one measures and writes.
 */
export async function search(loaded: LoadedSearch, options: SearchOptions): Promise<SearchResult> {
  const method = findSearchMethod(loaded.config.method);
  const other = [...searchMethods].find((each) => each !== method && each.isHeld(options.out));
  if (other)
    throw new Error(
      `${options.out} holds a search by the method ${other.name}, and this one is ${method.name}: name another folder.`,
    );
  return resumable('search', loaded, options, (...work) => method.search(...work), method.isHeld);
}
