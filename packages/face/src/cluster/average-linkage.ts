import type { Cluster, ClusterOptions } from './cluster.js';
import { Groups } from './groups.js';

/**
 * Groups faces by average linkage (UPGMA) on their cosines. The two groups with the highest mean cosine are merged, as long as it reaches the
 * threshold; groups that must stay apart never are. The largest group comes first.
 *
 * The mean cosine of two groups of unit vectors is the dot product of their sums over the product of their sizes, so no matrix of distances
 * is kept: memory is that of the vectors, time O(n² d). Mergers are found by chains of nearest neighbours (Murtagh, "A Survey of Recent
 * Advances in Hierarchical Clustering Algorithms", 1983): average linkage is reducible, also where pairs are forbidden, so that the order of
 * mergers does not matter.
 *
 * @param vectors templates of one model, of unit length
 * @throws RangeError where lists do not fit together, or a user's words contradict each other
 */
export function clusterFaces(vectors: readonly ArrayLike<number>[], options: ClusterOptions): Cluster[] {
  const { threshold, onProgress } = options;
  if (!(threshold >= -1 && threshold <= 1))
    throw new RangeError(`A threshold of ${threshold}; give a cosine, -1 to 1.`);
  const groups = new Groups(vectors, options);
  const chain: number[] = [];
  for (let [first] = groups.open; first !== undefined; [first] = groups.open) {
    if (chain.length === 0) chain.push(first);
    const last = chain.at(-1) as number; // never empty here
    const before = chain.at(-2);
    const nearest = groups.nearest(last, before);
    if (nearest === undefined || nearest.cosine < threshold) {
      groups.settle(last); // nothing that is merged later comes nearer
      chain.pop();
      onProgress?.(1 - groups.open.size / Math.max(1, vectors.length));
    } else if (nearest.group === before) {
      chain.length -= 2;
      groups.merge(before, last);
    } else chain.push(nearest.group);
  }
  return groups.clusters();
}
