import type { Genotype } from '../search-space/genotype.js';
import type { SearchNet } from '../search-space/search-network.js';
import { freeBatch, type Halves } from './halves.js';
import { judge, keptBatches, type Score } from './judge.js';
import type { SearchBatch } from './objective.js';
import { pathOf, takeStatistics } from './path-step.js';
import type { SearchConfig } from './schema.js';

/**
 * Does work that asks a shared network how good genotypes are: the batches that statistics are taken from, and those that judge, are read once and
 * freed at the end.
 */
export async function examined<T>(
  halves: Halves,
  config: SearchConfig,
  work: (ask: (net: SearchNet, genotype: Genotype) => Promise<Score>) => Promise<T>,
): Promise<T> {
  const batches: SearchBatch[] = [];
  const kept = async (...from: Parameters<typeof keptBatches>): Promise<SearchBatch[]> => {
    const some = await keptBatches(...from);
    batches.push(...some);
    return some;
  };
  try {
    const statistics = await kept(halves.plain, halves, config, config.singlePath.calibration * config.batch);
    const questions = await kept(halves.measure, halves, config, config.data.measured);
    return await work((net, genotype) => {
      takeStatistics(net, genotype, statistics);
      return judge(pathOf(net, genotype), questions);
    });
  } finally {
    for (const batch of batches) freeBatch(batch);
  }
}
