import { skipConnect } from '../blocks/primitives/index.js';
import { alphaColumns, type CellType } from '../search-space/alphas.js';
import { type AlphaValues, countSkips, softmaxRow } from '../search-space/derive.js';
import type { Edge, Genotype } from '../search-space/genotype.js';
import type { NetworkCost } from './edge-prices.js';
import { boundsOf, costOfCells, edgePricesOf, isWithin } from './limits.js';
import type { SearchConfig } from './schema.js';

type Alphas = Readonly<Record<CellType, AlphaValues>>;

/** Into how many steps the allowed range of a cost is divided: of partial cells that cost alike but for less, the one that α likes best is kept. */
const steps = 4000;

/**
 * The cells that α likes best among those within hard limits: the largest Σ log of the soft-maxed shares of their edges' operations. The derived
 * ones where they fit. Costs are sums over edges (`EdgePrices`), so that it is a knapsack, node by node, by dynamic programming.
 *
 * @throws an Error where no cells are within the limits
 */
export function deriveWithin(derived: Genotype, alphas: Alphas, config: SearchConfig): Genotype {
  const fits = (genotype: Genotype): boolean =>
    countSkips(genotype.normal) <= (config.derive.skips ?? Number.POSITIVE_INFINITY) &&
    isWithin(costOfCells(genotype, config), config);
  if (fits(derived)) return derived;
  const nodes = derived.normal.length;
  const stages = (['normal', 'reduce'] as const).flatMap((kind) =>
    Array.from({ length: nodes }, (_, node) => optionsOf(kind, alphas[kind][node] ?? [], config)),
  );
  const found = knapsack(stages, config)
    .toSorted((a, b) => b.liking - a.liking)
    .map(({ chosen }): Genotype => ({ ...derived, normal: chosen.slice(0, nodes), reduce: chosen.slice(nodes) }))
    .find(fits);
  if (!found) throw new Error('No cells are within the limits of the search: widen them.');
  return found;
}

/** Σ over edges of the log of the share that the edge's operation has. */
export function liking(genotype: Genotype, alphas: Alphas): number {
  return (['normal', 'reduce'] as const)
    .flatMap((kind) => genotype[kind].map((edges, node) => edges.map((edge) => likingOf(edge, alphas[kind][node]))))
    .flat()
    .reduce((sum, each) => sum + each, 0);
}

const likingOf = ([name, from]: Edge, node: AlphaValues[number] | undefined): number =>
  Math.log(softmaxRow(node?.[from] ?? [])[alphaColumns().indexOf(name)] ?? Number.NaN);

/** What may enter a node. */
interface Option {
  edges: readonly Edge[];
  liking: number;
  skips: number;
  cost: readonly number[];
}

/** Both edges of a node, strongest first, in all ways; of those that cost the same, the one that α likes best. */
function optionsOf(kind: CellType, node: AlphaValues[number], config: SearchConfig): Option[] {
  const prices = edgePricesOf(config);
  const bounded = boundedMeasures(config);
  const edges = node.flatMap((_, from) =>
    alphaColumns()
      .slice(0, -1)
      .map((name): Edge => [name, from]),
  ); // but `none`
  const priced = edges.map((edge) => ({
    edge,
    liking: likingOf(edge, node),
    skips: kind === 'normal' && edge[0] === skipConnect.name ? 1 : 0,
    cost: bounded.map((measure) => prices.priceOf(kind, edge)[measure] ?? 0),
  }));
  const best = new Map<string, Option>();
  for (const [i, one] of priced.entries())
    for (const two of priced.slice(i + 1)) {
      if (one.edge[1] === two.edge[1]) continue;
      const option: Option = {
        edges: (one.liking >= two.liking ? [one, two] : [two, one]).map(({ edge }) => edge),
        liking: one.liking + two.liking,
        skips: one.skips + two.skips,
        cost: added(one.cost, two.cost),
      };
      const key = `${option.skips} ${option.cost}`;
      if (option.liking > (best.get(key)?.liking ?? Number.NEGATIVE_INFINITY)) best.set(key, option);
    }
  return [...best.values()];
}

/** The nodes that are chosen so far. */
interface Partial {
  chosen: (readonly Edge[])[];
  liking: number;
  skips: number;
  cost: readonly number[];
}

/** All ways to choose an option of every stage that may end within the bounds; of those that cost alike the one that is liked best. */
function knapsack(stages: readonly Option[][], config: SearchConfig): Partial[] {
  const bounds = boundedMeasures(config).map((measure) => boundsOf(config)[measure]);
  const grains = bounds.map(([least, most]) => (Number.isFinite(most) ? most : least) / steps ** (1 / bounds.length));
  const mostSkips = config.derive.skips ?? Number.POSITIVE_INFINITY;
  const ahead = reachOf(stages, bounds.length);
  const base = boundedMeasures(config).map((measure) => edgePricesOf(config).base[measure] ?? 0);
  let partials: Partial[] = [{ chosen: [], liking: 0, skips: 0, cost: base }];
  for (const [at, options] of stages.entries()) {
    const kept = new Map<string, Partial>();
    const [least, most] = ahead[at + 1] as Reach;
    for (const before of partials)
      for (const option of options) {
        const [cost, skips] = [added(before.cost, option.cost), before.skips + option.skips];
        const canEndWithin = bounds.every(([low, high], k) => {
          const now = cost[k] as number;
          return now + (least[k] as number) <= high && now + (most[k] as number) >= low;
        });
        if (skips > mostSkips || !canEndWithin) continue;
        const liking = before.liking + option.liking;
        const key = `${skips} ${cost.map((value, k) => Math.floor(value / (grains[k] as number)))}`;
        if (liking <= (kept.get(key)?.liking ?? Number.NEGATIVE_INFINITY)) continue;
        kept.set(key, { chosen: [...before.chosen, option.edges], liking, skips, cost });
      }
    partials = [...kept.values()];
  }
  return partials;
}

/** The least and the most that the stages from one on may add to each cost. */
type Reach = readonly [least: readonly number[], most: readonly number[]];

function reachOf(stages: readonly Option[][], measures: number): Reach[] {
  const nothing = Array<number>(measures).fill(0);
  const reaches: Reach[] = [[nothing, nothing]];
  for (const options of stages.toReversed()) {
    const [[least, most] = [nothing, nothing]] = reaches;
    const extreme = (of: (...values: number[]) => number): number[] =>
      nothing.map((_, k) => options.map(({ cost }) => cost[k] as number).reduce((a, b) => of(a, b)));
    reaches.unshift([added(least, extreme(Math.min)), added(most, extreme(Math.max))]);
  }
  return reaches;
}

const added = (one: readonly number[], other: readonly number[]): number[] =>
  one.map((value, k) => value + (other[k] as number)); // as long

/** The costs that are bounded. */
const boundedMeasures = (config: SearchConfig): (keyof NetworkCost)[] =>
  (Object.entries(boundsOf(config)) as [keyof NetworkCost, readonly [number, number]][]).flatMap(
    ([measure, [least, most]]) => (least > 0 || Number.isFinite(most) ? [measure] : []),
  );
