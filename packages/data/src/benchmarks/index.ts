export type { Benchmark, BenchmarkPair, BenchmarkSet, LandmarkPoint, Landmarks } from './benchmark.js';
export { duplicatePairs, pictureKeys } from './duplicates.js';
export { type LandmarkFile, type PhotoLandmarks, readLandmarkFile } from './landmark-files.js';
export { isBenchmark, openBenchmark, suggestBenchmark } from './open.js';
export { type CropOptions, type CropPlan, planCrops } from './plan-crops.js';
export { benchmarkSets } from './registry.js';
