// Original photos into aligned crops; this needs no engine.
export { type BenchmarkPairs, type OpenBenchmarkOptions, openBenchmarkPairs } from './benchmark-pairs.js';
export { type AlignedPhotos, type AlignPhotosOptions, alignPhotos } from './photos.js';
