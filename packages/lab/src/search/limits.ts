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

/** The network of a genotype in the frame that is searched, without a classifier. */
export function networkOfCells(
  genotype: Genotype,
  { network, data }: Pick<SearchConfig, 'network' | 'data'>,
): PocketNet {
  const { nodes: _, tailGroups: __, ...frame } = network;
  return new PocketNet({ ...frame, genotype, embedding: searchEmbedding, input: data.size });
}

/** What the network of a genotype costs in the frame that is searched, without its classifier. */
export function costOfCells(genotype: Genotype, { network, data, limits }: SearchConfig): NetworkCost {
  const built = networkOfCells(genotype, { network, data });
  try {
    const table = limits?.latency && tableAt(limits.latency.table);
    return { ...count(built, data.size), ...(table && { ms: predictedMs(built, table) }) };
  } finally {
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
