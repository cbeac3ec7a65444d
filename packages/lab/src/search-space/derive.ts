import { skipConnect } from '../blocks/primitives/index.js';
import { alphaColumns } from './alphas.js';
import type { Edge, Genotype } from './genotype.js';
import { checkGenotype } from './genotype-text.js';

/** α of one type of cell as numbers: node, incoming edge, operation (`alphaColumns`). */
export type AlphaValues = readonly (readonly (readonly number[])[])[];

export interface DeriveOptions {
  /**
   * By what edges compete: `raw`, the released rule, by the largest α; `softmax`, as DARTS, by the largest share, which a strong
   * `none` lowers (facts 1.3). Within an edge both choose the same operation.
   */
  by?: 'raw' | 'softmax';
  /** Edges that each node keeps, 2 unless said. */
  edges?: number;
  /** Most skip-connections that the normal cell may keep: the weakest ones beyond it lose to their edge's next operation. */
  skips?: number;
}

/**
 * The discrete cells that α stands for: on every edge the strongest operation but `none`; into every node the strongest edges,
 * strongest first.
 */
export function deriveGenotype(
  alphas: { readonly normal: AlphaValues; readonly reduce: AlphaValues },
  options: DeriveOptions = {},
): Genotype {
  const concat = (cell: AlphaValues): number[] => cell.map((_, node) => node + 2);
  return checkGenotype({
    normal: nodesOf(options.skips === undefined ? alphas.normal : withFewerSkips(alphas.normal, options), options),
    normalConcat: concat(alphas.normal),
    reduce: nodesOf(alphas.reduce, options),
    reduceConcat: concat(alphas.reduce),
  });
}

/** How often a cell holds the operation that does nothing: many are the sign of a search that has collapsed (DARTS+, Liang et al. 2019). */
export const countSkips = (cell: Genotype['normal']): number =>
  cell.flat().filter(([operation]) => operation === skipConnect.name).length;

/** Row by row p = exp(α) / Σ exp(α). */
export function softmaxRow(row: readonly number[]): number[] {
  const most = Math.max(...row);
  const powers = row.map((alpha) => Math.exp(alpha - most));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}

interface Candidate {
  edge: Edge;
  score: number;
}

function candidates(node: AlphaValues[number], { by = 'raw' }: DeriveOptions): Candidate[] {
  const columns = alphaColumns();
  return node.map((row, from) => {
    if (row.length !== columns.length || row.some(Number.isNaN))
      throw new Error(`An edge's α should be ${columns.length} numbers, one for each operation, but is [${row}].`);
    const scores = (by === 'raw' ? row : softmaxRow(row)).slice(0, -1); // but `none`'s
    const best = scores.indexOf(Math.max(...scores));
    return { edge: [columns[best] as string, from], score: scores[best] as number };
  });
}

/** Ties go to the earlier edge: the sort keeps their order. */
const strongest = (node: AlphaValues[number], options: DeriveOptions): Candidate[] =>
  candidates(node, options)
    .sort((a, b) => b.score - a.score)
    .slice(0, options.edges ?? 2);

const nodesOf = (cell: AlphaValues, options: DeriveOptions): Edge[][] =>
  cell.map((node) => strongest(node, options).map(({ edge }) => edge));

/** Takes the weakest kept skip-connection out of the race, until no more are kept than allowed (P-DARTS, Chen et al. 2019). */
function withFewerSkips(cell: AlphaValues, options: DeriveOptions): AlphaValues {
  const skip = alphaColumns().indexOf(skipConnect.name);
  const kept = cell.flatMap((node, at) =>
    strongest(node, options)
      .filter(({ edge }) => edge[0] === skipConnect.name)
      .map(({ edge, score }) => ({ at, from: edge[1], score })),
  );
  const most = options.skips ?? 0;
  if (kept.length <= most) return cell;
  const weakest = kept.reduce((least, each) => (each.score < least.score ? each : least));
  const without = cell.map((node, at) =>
    node.map((row, from) =>
      at === weakest.at && from === weakest.from
        ? row.map((alpha, k) => (k === skip ? Number.NEGATIVE_INFINITY : alpha))
        : row,
    ),
  );
  return withFewerSkips(without, options);
}
