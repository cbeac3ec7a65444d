export {
  type CalibrationPoint,
  calibrationKey,
  calibrationText,
  type ModelCalibration,
  readCalibration,
  type WorstGroup,
} from './calibration.js';
export {
  type Comparison,
  compareTemplates,
  type MatchVerdict,
  type Strictness,
  thresholdsOf,
  usualStrictness,
} from './compare.js';
export { type ModelRates, ratesOf } from './curve.js';
