export { type DetectFunction, detectorOf } from './custom.js';
export { type Box, type Detection, type DetectOptions, type Detector, sideOf } from './detector.js';
export { problemOfPoints } from './points.js';
export { yunet } from './yunet/index.js';
