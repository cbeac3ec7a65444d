export { type Cluster, type ClusterOptions, clusterFaces } from './average-linkage.js';
