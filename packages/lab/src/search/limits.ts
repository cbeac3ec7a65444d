import { Random } from '@pocketnet/files';
import { randomState, setRandomState } from '@pocketnet/torch';
import { type LatencyTable, latencyTableDigest, predictedMs, readLatencyTable } from '../latency/index.js';
import { count, PocketNet } from '../networks/index.js';
import type { Recipe } from '../runs/index.js';
import { findGenotype } from '../search-space/find-genotype.js';
import type { Genotype } from '../search-space/genotype.js';
import { randomGenotype } from '../search-space/random.js';
import { searchEmbedding } from '../search-space/search-network.js';
import { EdgePrices, type NetworkCost } from './edge-prices.js';
import type { SearchConfig } from './schema.js';

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
export function costOfCells(genotype: Genotype, config: SearchConfig): NetworkCost {
  const prices = edgePricesOf(config);
  return prices.covers(genotype) ? prices.costOf(genotype) : builtCost(genotype, config);
}

/** What each edge of such a network costs. */
export function edgePricesOf(config: SearchConfig): EdgePrices {
  const known = pricesByConfig.get(config);
  if (known) return known;
  const prices = new EdgePrices(config.network.nodes, (genotype) => builtCost(genotype, config));
  pricesByConfig.set(config, prices);
  return prices;
}

const pricesByConfig = new WeakMap<SearchConfig, EdgePrices>();

/** Counted on the network itself. */
function builtCost(genotype: Genotype, { network, data, limits }: SearchConfig): NetworkCost {
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

/** Read once: every network that is priced is looked up in it. */
function tableAt(path: string): LatencyTable {
  const known = tables.get(path) ?? readLatencyTable(path);
  tables.set(path, known);
  return known;
}

/** The least and the most that a network may cost; infinite where nothing is said. */
export type Bounds = Readonly<Record<keyof NetworkCost, readonly [least: number, most: number]>>;

/** What a configuration's limits allow. */
export function boundsOf(config: SearchConfig): Bounds {
  const known = boundsByConfig.get(config);
  if (known) return known;
  const { parameters, macs, flops } = config.limits ?? {};
  const upTo = (most = Number.POSITIVE_INFINITY): [number, number] => [0, most];
  const bounds = { parameters: upTo(parameters), macs: upTo(macs), flops: upTo(flops), ms: millisecondsOf(config) };
  boundsByConfig.set(config, bounds);
  return bounds;
}

const boundsByConfig = new WeakMap<SearchConfig, Bounds>();

function millisecondsOf(config: SearchConfig): [least: number, most: number] {
  const { like, within, least = 0, most = Number.POSITIVE_INFINITY } = config.limits?.latency ?? {};
  if (!like || within === undefined) return [least, most];
  const times = like.map((name) => costOfCells(findGenotype(name), config).ms ?? Number.NaN);
  const mean = times.reduce((sum, ms) => sum + ms, 0) / times.length;
  return [mean * (1 - within), mean * (1 + within)];
}

/** Limits as recipes have them: a table counts by what it says, wherever it lies. */
export const limitsRecipe = ({ limits }: Pick<SearchConfig, 'limits'>): Recipe => ({
  ...limits,
  ...(limits?.latency && { latency: { ...limits.latency, table: latencyTableDigest(limits.latency.table) } }),
});

/** Whether a cost is within the limits of a configuration; all are, where there are none. */
export function isWithin(cost: NetworkCost, config: SearchConfig): boolean {
  if (!config.limits) return true;
  const bounds = boundsOf(config);
  return (Object.keys(bounds) as (keyof Bounds)[]).every((measure) => {
    const [least, most] = bounds[measure];
    const value = cost[measure] ?? 0; // of milliseconds, which have no bounds then
    return value >= least && value <= most;
  });
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
