export {
  type CalibratedThreshold,
  type Calibration,
  type CalibrationOptions,
  calibrate,
  ENOUGH_ERRORS,
  type GalleryThreshold,
} from './calibrate.js';
export { type CardFacts, calibrationSections, modelCardBlock } from './card.js';
export { type FnmrRatio, fnmrRatio } from './fnmr-ratio.js';
export { fmrForGallery, galleryFalsePositiveRate } from './gallery.js';
export { groupSections } from './group-sections.js';
export { falseMatchesByGroup, type Grouping, type GroupingResult, type GroupRate } from './groups.js';
export { type Counted, identityInterval } from './jackknife.js';
export { ScoreTally } from './tally.js';
