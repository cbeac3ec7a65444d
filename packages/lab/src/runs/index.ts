// What shows and records long work, without libtorch; resumable.js, which needs it, is exported beside this folder.

export {
  formatDuration,
  type Progress,
  type ProgressOptions,
  type ProgressStream,
  startProgress,
} from 'pocketnet/progress';
export { type MetricsLine, MetricsWriter, readMetrics } from './metrics.js';
export { type Recipe, recipeDifferences, recipeDigest, refuseOther, without } from './recipe.js';
export { outsideOf, type RecordOptions, RunRecord } from './record.js';
export {
  type EventContent,
  type LogEvent,
  readEvents,
  readScalars,
  type TensorBoardOptions,
  TensorBoardWriter,
} from './tensorboard.js';
export {
  formatTrainingLine,
  formatVerificationLines,
  type TrainingLine,
  TrainingLog,
  type VerificationLine,
} from './training-log.js';
