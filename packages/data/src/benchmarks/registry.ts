import { Registry } from '../registry.js';
import { agedb30 } from './agedb-30.js';
import type { BenchmarkSet } from './benchmark.js';
import { calfw } from './calfw.js';
import { cfpFf } from './cfp-ff.js';
import { cfpFp } from './cfp-fp.js';
import { cplfw } from './cplfw.js';
import { lfw } from './lfw.js';

/**
 * Every benchmark that is a list of pairs, in the order of the reports: a new one is one file and one line here. packages/lab makes each of
 * them a benchmark of its suites.
 */
export const benchmarkSets = new Registry<BenchmarkSet>('benchmark', [lfw, calfw, cplfw, cfpFp, cfpFf, agedb30]);
