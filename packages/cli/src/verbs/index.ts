import { appVerbs } from 'pocketnet/commands';
import type { Verb } from '../verb.js';
import { ablate } from './ablate.js';
import { bench } from './bench.js';
import { calibrate } from './calibrate.js';
import { compare } from './compare.js';
import { compile } from './compile.js';
import { data } from './data/index.js';
import { demo } from './demo.js';
import { derive } from './derive.js';
import { distill } from './distill.js';
import { doctor } from './doctor.js';
import { draw } from './draw.js';
import { evaluate } from './evaluate.js';
import { exportVerb } from './export.js';
import { launchOf } from './launch.js';
import { networks } from './networks.js';
import { prepare } from './prepare.js';
import { release } from './release.js';
import { searchVerb } from './search.js';
import { train } from './train.js';

/** Every verb, in the order of the help within its task: a new one is one file here and one line. */
export const verbs: readonly Verb[] = [
  demo,
  doctor,
  ...appVerbs,
  prepare,
  data,
  searchVerb,
  derive,
  draw,
  networks,
  train,
  distill,
  ablate,
  launchOf(() => verbs.map((verb) => verb.name)),
  evaluate,
  compare,
  calibrate,
  bench,
  exportVerb,
  compile,
  release,
];
