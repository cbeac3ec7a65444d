export type { Benchmark, BenchmarkPair, BenchmarkSet, LandmarkPoint, Landmarks } from './benchmark.js';
export { type LandmarkFile, type PhotoLandmarks, readLandmarkFile } from './landmark-files.js';
export { isBenchmark, openBenchmark } from './open.js';
export { benchmarkSets } from './registry.js';
