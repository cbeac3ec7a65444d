export { planFingerprint } from '@pocketnet/engine/plan';
export type { FiveLandmarks, Image, Point, RgbImage } from './align/index.js';
export type {
  CalibrationPoint,
  Comparison,
  MatchVerdict,
  ModelCalibration,
  ModelRates,
  Strictness,
  WorstGroup,
} from './compare/index.js';
export { calibrationKey, calibrationText, ratesOf, readCalibration, usualStrictness } from './compare/index.js';
export type { Box, DetectFunction, Detection, DetectOptions, Detector } from './detect/index.js';
export { type AlignedFace, alreadyAligned } from './embed/aligned-face.js';
export type { FaceDetector } from './face-detector.js';
export { ImageError, type ImageProblem } from './images/index.js';
export type { MatchRate, MatchRates } from './match-rates.js';
export type { Engine, PlanOpener } from './models/engine.js';
export type { ModelBytes } from './models/model.js';
export {
  type FaceDetectorOptions,
  type Model,
  openFaceDetector,
  openPocketNet,
  type PocketNetOptions,
  readImage,
} from './open.js';
export type { Face } from './pipeline/pipeline.js';
export type { PocketNet } from './pocketnet.js';
export { type Pose, type Quality, reasonsAgainst, type Verdict } from './quality/index.js';
export { cosineOf, type StoredTemplate, type Template, templateOf } from './template.js';
export type { AnyWorker } from './worker/client.js';
