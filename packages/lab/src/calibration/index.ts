export { compareGroups } from './by-group.js';
export { type CalibrateSourceOptions, calibrateSource, type SourceCalibration } from './calibrate-source.js';
export { type FaceGroups, faceGroups } from './face-groups.js';
export { calibratedPlan } from './plan-calibration.js';
