export { type ComparedModel, compareReport } from './compare-report.js';
export { PUBLISHED, PUBLISHED_BENCHMARKS, type PublishedBenchmark, type PublishedModel } from './published.js';
