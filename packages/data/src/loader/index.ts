export { pictureOf } from './filler.js';
export { type Batch, createLoader, type LoadedSource, type Loader } from './loader.js';
export type { LoaderOptions } from './options.js';
export { type PlannedBatch, type PlannedBatches, planBatches } from './planned.js';
export type { SkippedImage } from './stand-in.js';
