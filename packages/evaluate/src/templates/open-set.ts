import { type FpirRule, fpirThreshold } from '../identification/open-set.js';
import { type Problem, ProblemCounter } from '../problem.js';
import type { Product } from '../product/product.js';
import type { Templates } from './pool.js';
import { enrol, searchGallery, type TemplateList } from './search.js';

export interface OpenSetOptions {
  /** Ranks of the CMC that are reported, from 1. */
  readonly ranks?: readonly number[];
  readonly fpirs?: readonly number[];
  /** `exact` unless said. */
  readonly rule?: FpirRule;
  /** What multiplies the blocks of probes and gallery; the best of this package unless given. */
  readonly product?: Product;
  /** Called now and then with the gallery templates searched and to search; it may throw in order to stop. */
  readonly onProgress?: (done: number, total: number) => void;
}

export interface GalleryPoint {
  readonly fpirTarget: number;
  readonly tpir: number;
  readonly threshold: number;
  /** False where the non-mated searches are too few to allow a false one. */
  readonly resolved: boolean;
}

export interface GalleryReport {
  readonly name: string;
  readonly templates: number;
  /** Probes whose person is in this gallery, and probes whose is not. */
  readonly mated: number;
  readonly nonMated: number;
  /** TPIR at each target FPIR, and the threshold that a score must exceed. */
  readonly tpir: readonly GalleryPoint[];
}

export interface OpenSetReport {
  readonly probes: number;
  /** Share of all probes whose mate is among the first `rank` of its gallery. */
  readonly cmc: readonly { readonly rank: number; readonly rate: number }[];
  /** Mean of the galleries' TPIR at each target. `resolved` is false where a gallery's non-mated searches allow no false one. */
  readonly tpir: readonly { readonly fpirTarget: number; readonly tpir: number; readonly resolved: boolean }[];
  readonly galleries: readonly GalleryReport[];
  readonly problems: readonly Problem[];
}

/**
 * 1:N identification of IJB-B and IJB-C, open set: every probe searches every gallery alone. A mate's rank counts those that
 * score as high as it, so ties are against it. TPIR is the share of mated searches whose mate is the first and exceeds the
 * threshold; the threshold comes from the best scores of the non-mated searches.
 *
 * @param templates unit features of all templates
 * @throws Error when a list is empty, or no probe shows a person of a gallery
 */
export function openSetIdentification(
  templates: Templates,
  galleries: readonly TemplateList[],
  probes: TemplateList,
  options: OpenSetOptions = {},
): OpenSetReport {
  const { ranks = [1, 5, 10], fpirs = [0.01, 0.1], rule = 'exact', product, onProgress } = options;
  if (galleries.length === 0) throw new Error('There is no gallery to search. Give one or more.');
  const unknown = new ProblemCounter('templates of the 1:N lists without a usable face, which match nobody');
  const searched = enrol(templates, probes, unknown);
  const probeCount = probes.template.length;
  const enrolled = galleries.map((gallery) => enrol(templates, gallery, unknown));
  const total = enrolled.reduce((sum, { features }) => sum + features.rows, 0);
  let done = 0;
  const found = enrolled.map((gallery) => {
    const before = done;
    const report = (rows: number) => {
      done = before + rows;
      onProgress?.(done, total);
    };
    return searchGallery(gallery, searched, { onProgress: report, ...(product && { product }) });
  });
  for (const [g, { mates }] of found.entries())
    if (mates.length === 0)
      throw new Error(`No probe shows a person of the gallery ${galleries[g]?.name}. Check the ids of both lists.`);
  const reports = found.map(({ mates, strangers }, g): GalleryReport => {
    const best = Float64Array.from(strangers).sort();
    return {
      name: galleries[g]?.name ?? '',
      templates: galleries[g]?.template.length ?? 0,
      mated: mates.length,
      nonMated: best.length,
      tpir: fpirs.map((fpirTarget): GalleryPoint => {
        const { threshold, resolved } = fpirThreshold(best, fpirTarget, rule);
        const hits = mates.filter(({ rank, score }) => rank === 1 && score > threshold).length;
        return { fpirTarget, tpir: hits / mates.length, threshold, resolved };
      }),
    };
  });
  const within = (rank: number) =>
    found.reduce((sum, { mates }) => sum + mates.filter((mate) => mate.rank <= rank).length, 0);
  return {
    probes: probeCount,
    cmc: ranks.map((rank) => ({ rank, rate: within(rank) / probeCount })),
    tpir: fpirs.map((fpirTarget, at) => ({
      fpirTarget,
      tpir: reports.reduce((sum, { tpir }) => sum + (tpir[at]?.tpir ?? 0), 0) / reports.length,
      resolved: reports.every(({ tpir }) => tpir[at]?.resolved),
    })),
    galleries: reports,
    problems: unknown.found(),
  };
}
