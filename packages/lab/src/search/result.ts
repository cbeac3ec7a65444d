import type { ResumableOptions } from '../runs/resumable.js';
import type { Candidate } from './candidates.js';

export type SearchOptions = ResumableOptions;

export interface SearchResult {
  steps: number;
  epochs: number;
  /** Official text of the genotype at the end, which `genotype.json` in the folder holds as well. */
  genotype: string;
  /** On the half that the weights do not learn from, in evaluation mode: at the last measurement, and the best with its epoch (from 1). */
  accuracy: number | null;
  best: number | null;
  /** Mean of 1 − cos to the teachers' embeddings there, where there are teachers. */
  distance: number | null;
  bestDistance: number | null;
  bestEpoch: number;
  /** Whether too many skip-connections ended it. */
  collapsed: boolean;
  /** Of a search that tries genotypes one by one: all of them, the best first. */
  candidates?: Candidate[];
  interrupted: boolean;
}
