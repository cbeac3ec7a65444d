import { type PairSet, readPairs } from '@pocketnet/data';
import { type VerificationReport, verification } from '@pocketnet/evaluate';
import type { ExperimentConfig } from '../config/index.js';
import { type Embedder, embedPairs } from '../embedders/index.js';

/** A verification set in memory, ready to be measured again and again. */
export interface ValidationSet {
  readonly name: string;
  measure(embedder: Embedder): Promise<{ report: VerificationReport; xNorm: number }>;
}

/** Opens the sets of a configuration; unreadable ones are an error before training, not in the middle of it. */
export function openValidation(config: ExperimentConfig): ValidationSet[] {
  return config.data.val.map(({ name, pairs: path, folds, channels }) => {
    const pairs: PairSet = readPairs(path);
    return {
      name,
      async measure(embedder) {
        const { sums, xNorm } = await embedPairs(embedder, pairs, { channels });
        return { report: verification(sums, pairs.same, { folds }), xNorm };
      },
    };
  });
}
