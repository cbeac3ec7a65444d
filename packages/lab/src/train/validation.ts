import { decodeAll, type PairSet, readPairs } from '@pocketnet/data';
import { contiguousFolds, type VerificationReport, verification } from '@pocketnet/evaluate';
import type { ExperimentConfig } from '../config/index.js';
import { type Embedder, embedPairs } from '../embedders/index.js';

/** A verification set in memory, ready to be measured again and again. */
export interface ValidationSet {
  readonly name: string;
  measure(embedder: Embedder): Promise<{ report: VerificationReport; xNorm: number }>;
}

/** Opens the sets of a configuration; unreadable ones are an error before training, not in the middle of it. */
export async function openValidation(config: ExperimentConfig): Promise<ValidationSet[]> {
  const sets: ValidationSet[] = [];
  for (const { name, pairs: path, folds, channels } of config.data.val) {
    const pairs: PairSet = readPairs(path);
    try {
      contiguousFolds(pairs.same, folds);
      await decodeAll(pairs.images.slice(0, 1), config.data.size, path);
    } catch (error) {
      const reason = error instanceof Error ? error.message.replaceAll('--folds', 'the key folds') : String(error);
      throw new Error(`data.val ${name} (${path}): ${reason}`, { cause: error });
    }
    sets.push({
      name,
      async measure(embedder) {
        const { sums, xNorm } = await embedPairs(embedder, pairs, { channels });
        return { report: verification(sums, pairs.same, { folds }), xNorm };
      },
    });
  }
  return sets;
}
