import { decodeAll, type PairSet, readPairs } from '@pocketnet/data';
import {
  contiguousFolds,
  rocCurve,
  splitScores,
  tarAtFar,
  type VerificationReport,
  verification,
} from '@pocketnet/evaluate';
import type { ExperimentConfig } from '../config/index.js';
import { type Embedder, embedPairs } from '../embedders/index.js';

/** A verification set in memory, ready to be measured again and again. */
export interface ValidationSet {
  readonly name: string;
  measure(embedder: Embedder): Promise<Measured>;
}

/** What a set says of a network. */
export interface Measured {
  readonly report: VerificationReport;
  /** TAR at FAR 1e-2 over all pairs: sets of some thousand pairs have strangers enough for that, not for less. */
  readonly tar: number;
  readonly xNorm: number;
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
        const report = verification(sums, pairs.same, { folds });
        const curve = rocCurve(
          splitScores(
            report.distances.map((distance) => -distance),
            pairs.same,
          ),
        );
        return { report, tar: tarAtFar(curve, 1e-2).tar, xNorm };
      },
    });
  }
  return sets;
}
