import { benchmarkSets, Registry } from '@pocketnet/data';
import type { Benchmark } from './benchmark.js';
import { ijbBenchmark } from './ijb-benchmark.js';
import { megaFaceBenchmark } from './megaface-benchmark.js';
import { pairBenchmark } from './pairs.js';

/**
 * Every benchmark that is more than a list of pairs with a folder of its own: a new one is one file here and one line. Lists of pairs are one
 * file and one line in packages/data/src/benchmarks, and come from there.
 */
export const ownBenchmarks = new Registry<Benchmark>('benchmark', [
  pairBenchmark({
    name: 'lfw_dev',
    title: 'LFW, folds 1 to 5',
    folds: 5,
    about: 'The first half of Labeled Faces in the Wild, View 2.',
    standsFor: { name: 'lfw', but: 'folds 1 to 5 of 10' },
  }),
  ijbBenchmark('IJB-B'),
  ijbBenchmark('IJB-C'),
  megaFaceBenchmark(false),
  megaFaceBenchmark(true),
]);

/** Every benchmark, in the order of the reports. */
export const benchmarks = (): Benchmark[] => [...Array.from(benchmarkSets, pairBenchmark), ...ownBenchmarks];

/** The benchmarks of a suite: `full` has those of `quick` too. */
export const suiteOf = (suite: 'quick' | 'full'): Benchmark[] =>
  benchmarks().filter((benchmark) => suite === 'full' || benchmark.suite === 'quick');
