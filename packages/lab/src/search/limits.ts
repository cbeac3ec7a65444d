import { Random } from '@pocketnet/files';
import { randomState, setRandomState } from '@pocketnet/torch';
import { type LatencyTable, predictedMs, readLatencyTable } from '../latency/index.js';
import { count, PocketNet } from '../networks/index.js';
import { findGenotype } from '../search-space/find-genotype.js';
import type { Genotype } from '../search-space/genotype.js';
import { randomGenotype } from '../search-space/random.js';
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
export function isWithin({ parameters, macs, flops, ms }: NetworkCost, config: SearchConfig): boolean {
  const { limits } = config;
  if (!limits) return true;
  const fits = (value: number, most = Number.POSITIVE_INFINITY, least = 0): boolean => value >= least && value <= most;
  const [least, most] = bandOf(config) ?? [];
  return (
    fits(parameters, limits.parameters) &&
    fits(macs, limits.macs) &&
    fits(flops, limits.flops) &&
    fits(ms ?? 0, most, least)
  );
}

const bands = new WeakMap<SearchConfig, [least: number, most: number]>();

/** Milliseconds that are allowed. */
function bandOf(config: SearchConfig): [least: number, most: number] | undefined {
  const latency = config.limits?.latency;
  if (!latency) return undefined;
  const { like, within, least = 0, most = Number.POSITIVE_INFINITY } = latency;
  const known = bands.get(config);
  if (known) return known;
  const times = (like ?? []).map((name) => costOfCells(findGenotype(name), config).ms ?? Number.NaN);
  const mean = times.reduce((sum, ms) => sum + ms, 0) / times.length;
  const band: [number, number] = like ? [mean * (1 - within), mean * (1 + within)] : [least, most];
  bands.set(config, band);
  return band;
}

/** The first genotype within limits among those that chance draws from a seed on, and the seed that `random:SEED` draws it by. */
export function randomWithin(seed: number, config: SearchConfig): { seed: number; genotype: Genotype } {
  const random = new Random(seed);
  for (let draws = 0; draws < 10_000; draws++) {
    const own = random.uint32();
    const genotype = randomGenotype(own, config.network.nodes);
    if (isWithin(costOfCells(genotype, config), config)) return { seed: own, genotype };
  }
  throw new Error('None of 10,000 genotypes by chance is within the limits of the search: widen them.');
}
