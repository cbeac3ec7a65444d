import type { Benchmark } from './benchmark.js';
import { ijbBenchmark } from './ijb-benchmark.js';
import { megaFaceBenchmark } from './megaface-benchmark.js';
import { pairBenchmark } from './pairs.js';

/** Every benchmark, in the order of the reports; a new one is one file here and one line. */
export const benchmarks: readonly Benchmark[] = [
  pairBenchmark({ name: 'lfw', title: 'LFW', folds: 10, about: 'Labeled Faces in the Wild, View 2.' }),
  pairBenchmark({
    name: 'lfw_dev',
    title: 'LFW, folds 1 to 5',
    folds: 5,
    about: 'The first half of Labeled Faces in the Wild, View 2.',
    standsFor: { name: 'lfw', but: 'folds 1 to 5 of 10' },
  }),
  pairBenchmark({ name: 'calfw', title: 'CALFW', folds: 10, about: 'Cross-Age LFW: one person at two ages.' }),
  pairBenchmark({ name: 'cplfw', title: 'CPLFW', folds: 10, about: 'Cross-Pose LFW: one person in two poses.' }),
  pairBenchmark({
    name: 'cfp_fp',
    title: 'CFP-FP',
    folds: 10,
    about: 'Celebrities in Frontal-Profile, frontal with profile.',
  }),
  pairBenchmark({
    name: 'cfp_ff',
    title: 'CFP-FF',
    folds: 10,
    about: 'Celebrities in Frontal-Profile, frontal with frontal.',
  }),
  pairBenchmark({ name: 'agedb_30', title: 'AgeDB-30', folds: 10, about: 'AgeDB, pairs of 30 years’ difference.' }),
  ijbBenchmark('IJB-B'),
  ijbBenchmark('IJB-C'),
  megaFaceBenchmark(false),
  megaFaceBenchmark(true),
];

/** The benchmarks of a suite: `full` has those of `quick` too. */
export const suiteOf = (suite: 'quick' | 'full'): readonly Benchmark[] =>
  benchmarks.filter((benchmark) => suite === 'full' || benchmark.suite === 'quick');
