import { agedb30 } from './agedb-30.js';
import type { BenchmarkSet } from './benchmark.js';
import { calfw } from './calfw.js';
import { cfpFf } from './cfp-ff.js';
import { cfpFp } from './cfp-fp.js';
import { cplfw } from './cplfw.js';
import { lfw } from './lfw.js';

/** Every benchmark that is read from its original folder, by name: a new one is one file and one line here. */
export const benchmarkSets: ReadonlyMap<string, BenchmarkSet> = new Map(
  [lfw, cfpFp, cfpFf, agedb30, calfw, cplfw].map((set) => [set.name, set]),
);
