// Grouping of many faces, off the page's thread.
import { type Cluster, type ClusterOptions, clusterFaces } from 'pocketnet/cluster';
import { serve } from './remote.js';

/** What this worker does. */
export const sorting = {
  cluster: (vectors: readonly Float32Array[], options: ClusterOptions): Cluster[] => clusterFaces(vectors, options),
};

export type Sorting = typeof sorting;

serve(sorting);
