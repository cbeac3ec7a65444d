import { randomState, setRandomState } from '@pocketnet/torch';
import { type LatencyTable, predictedMs, readLatencyTable } from '../latency/index.js';
import { count, PocketNet } from '../networks/index.js';
import type { Genotype } from '../search-space/genotype.js';
import { searchEmbedding } from '../search-space/search-network.js';
import type { SearchConfig } from './schema.js';

/** What the network of found cells costs for an image. */
export interface NetworkCost {
  parameters: number;
  macs: number;
  flops: number;
  /** Predicted milliseconds, where the search has a table. */
  ms?: number;
}

/** The network of a genotype in the frame that is searched, without a classifier; or in one that differs from it. */
export function networkOfCells(
  genotype: Genotype,
  { network, data }: Pick<SearchConfig, 'network' | 'data'>,
  { size = data.size, ...changes }: NonNullable<SearchConfig['limits']>['network'] = {},
): PocketNet {
  const { nodes: _, tailGroups: __, ...frame } = network;
  const changed = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
  return new PocketNet({ ...frame, ...changed, genotype, embedding: searchEmbedding, input: size });
}

/** What the network of a genotype costs without a classifier: the one that limits are about, else the one that is searched in. */
export function costOfCells(genotype: Genotype, { network, data, limits }: SearchConfig): NetworkCost {
  const chance = randomState(); // building draws weights, which no search is to feel
  const built = networkOfCells(genotype, { network, data }, limits?.network);
  try {
    const table = limits?.latency && tableAt(limits.latency.table);
    return { ...count(built, built.options.input), ...(table && { ms: predictedMs(built, table) }) };
  } finally {
    setRandomState(chance);
    chance.dispose();
    built.dispose();
  }
}

const tables = new Map<string, LatencyTable>();

/** Read once: thousands of candidates are looked up in it. */
function tableAt(path: string): LatencyTable {
  const known = tables.get(path) ?? readLatencyTable(path);
  tables.set(path, known);
  return known;
}

/** Whether a cost is within the limits of a configuration; all are, where there are none. */
export function isWithin({ parameters, macs, flops, ms }: NetworkCost, { limits }: SearchConfig): boolean {
  if (!limits) return true;
  const most = Number.POSITIVE_INFINITY;
  const { latency } = limits;
  return (
    parameters <= (limits.parameters ?? most) &&
    macs <= (limits.macs ?? most) &&
    flops <= (limits.flops ?? most) &&
    (!latency || (ms !== undefined && ms >= latency.least && ms <= latency.most))
  );
}
