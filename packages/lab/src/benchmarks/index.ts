export type { Benchmark, BenchmarkOptions, MeasuredRun } from './benchmark.js';
export { evaluateIjb, type IjbOptions, type IjbReport, type IjbStage } from './ijb.js';
export { ijbBenchmark } from './ijb-benchmark.js';
export { type EvaluateMegaFaceOptions, evaluateMegaFace, type MegaFaceEvaluation } from './megaface.js';
export { type MegaFaceFigures, megaFaceFigures, writeMegaFaceResults } from './megaface-results.js';
export type { FeatureFolder } from './megaface-vectors.js';
export { measurePairs, type PairBenchmark, pairBenchmark } from './pairs.js';
export { benchmarks, suiteOf } from './registry.js';
export { type RunSuiteOptions, runSuite, type SuiteOutcome } from './suite.js';
