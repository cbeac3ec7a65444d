export { clusterFaces } from './average-linkage.js';
export type { Cluster, ClusterOptions } from './cluster.js';
