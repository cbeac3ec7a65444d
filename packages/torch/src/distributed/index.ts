export { averageOverRanks } from './average.js';
export { type DataParallel, type DataParallelOptions, dataParallel } from './data-parallel.js';
export { type Rendezvous, rendezvousFrom } from './environment.js';
export { copyFromFirst, numbersOfFirst } from './first.js';
export { type JoinOptions, joinProcessGroup } from './join.js';
export { meanOverRanks, onAnyRank, type ProcessGroup, type Reduction, type Work } from './process-group.js';
export { type BatchNormState, syncBatchNorm } from './sync-batch-norm.js';
export { synchroniseBatchNorm } from './synchronise.js';
