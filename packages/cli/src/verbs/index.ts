import type { Verb } from '../verb.js';
import { data } from './data/index.js';
import { demo } from './demo.js';
import { doctor } from './doctor.js';
import { evaluate } from './evaluate.js';
import { exportVerb } from './export.js';
import { networks } from './networks.js';
import { train } from './train.js';
import { verify } from './verify.js';

/** Every verb, in the order of the help: a new one is one file here and one line. */
export const verbs: readonly Verb[] = [demo, networks, train, evaluate, exportVerb, verify, data, doctor];
