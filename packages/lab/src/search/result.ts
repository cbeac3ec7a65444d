import type { ResumableOptions } from '../runs/resumable.js';

export type SearchOptions = ResumableOptions;

export interface SearchResult {
  steps: number;
  epochs: number;
  /** Official text of the genotype at the end, which `genotype.json` in the folder holds as well. */
  genotype: string;
  /** On α's half, in evaluation mode: at the last measurement, and the best with its epoch (from 1). */
  accuracy: number | null;
  best: number | null;
  bestEpoch: number;
  /** Whether too many skip-connections ended it. */
  collapsed: boolean;
  /** Of a random search: all that were drawn, the best first. */
  candidates?: Candidate[];
  interrupted: boolean;
}

/** One of the genotypes that were drawn, and what it came to. */
export interface Candidate {
  /** By which `random:SEED` draws the same. */
  seed: number;
  genotype: string;
  /** On the half that its weights have not seen. */
  accuracy: number;
  /** Of the network without its classifier, for an image of the search's size. */
  parameters: number;
  flops: number;
  seconds: number;
}
