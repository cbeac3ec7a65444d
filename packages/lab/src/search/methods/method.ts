import type { ProcessGroup } from '@pocketnet/torch';
import type { Genotype } from '../../search-space/genotype.js';
import type { SearchOptions, SearchResult } from '../result.js';
import type { LoadedSearch } from '../schema.js';

/** One way to search cells: a sibling in this folder, listed in `registry.ts`. */
export interface SearchMethod {
  /** As `method` in a configuration has it. */
  readonly name: string;
  /** What it does, for lists. */
  readonly summary: string;
  /** Whether a folder holds such a search to go on with. */
  isHeld(folder: string): boolean;
  /**
   * Searches in every process of the group, and writes in the first: config.yaml, training.log and, at the end, genotype.json. Resumed, it
   * comes to the same genotype.
   */
  search(group: ProcessGroup, loaded: LoadedSearch, resumed: boolean, options: SearchOptions): Promise<SearchResult>;
  /** What a finished search says of genotypes, lower being better: to be held against what they come to when trained alone. */
  rank?(loaded: LoadedSearch, folder: string, genotypes: readonly Genotype[]): Promise<number[]>;
}
