import { alphaColumns, type CellType } from '../search-space/alphas.js';
import { type AlphaValues, softmaxRow } from '../search-space/derive.js';
import type { Genotype } from '../search-space/genotype.js';
import { readGenotype, writeGenotype } from '../search-space/genotype-text.js';
import { evolve } from './evolution.js';

/**
 * The cells that α likes best among those within hard limits: the largest Σ log of the soft-maxed shares of their edges' operations, found by
 * evolution from the derived ones on. Those themselves where they fit.
 */
export async function deriveWithin(
  derived: Genotype,
  alphas: Readonly<Record<CellType, AlphaValues>>,
  { seed, fits }: { seed: number; fits(genotype: Genotype): boolean },
): Promise<Genotype> {
  if (fits(derived)) return derived;
  const found: { text: string; liking: number }[] = [];
  const byLiking = (): typeof found => found.toSorted((a, b) => b.liking - a.liking);
  await evolve(
    { nodes: derived.normal.length, population: 64, generations: 24, parents: 16, mutation: 0.15, seed, fits },
    async (genotype) => {
      found.push({ text: writeGenotype(genotype), liking: liking(genotype, alphas) });
      return true;
    },
    (count) =>
      byLiking()
        .slice(0, count)
        .map(({ text }) => readGenotype(text)),
  );
  return readGenotype((byLiking()[0] as { text: string }).text); // evolve throws where nothing fits
}

/** Σ over edges of the log of the share that the edge's operation has. */
export function liking(genotype: Genotype, alphas: Readonly<Record<CellType, AlphaValues>>): number {
  const columns = alphaColumns();
  return (['normal', 'reduce'] as const)
    .flatMap((kind) =>
      genotype[kind].flatMap((edges, node) => edges.map((edge) => ({ edge, row: alphas[kind][node]?.[edge[1]] }))),
    )
    .reduce(
      (sum, { edge: [name], row }) => sum + Math.log(softmaxRow(row ?? [])[columns.indexOf(name)] ?? Number.NaN),
      0,
    );
}
