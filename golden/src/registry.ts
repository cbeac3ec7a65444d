import type { Findings } from './check.js';
import type { Fixture } from './fixture.js';
import { align } from './kinds/align.js';
import { arcface } from './kinds/arcface.js';
import { counts } from './kinds/counts.js';
import { genotype } from './kinds/genotype.js';
import { ijbKind } from './kinds/ijb.js';
import { kd } from './kinds/kd.js';
import { network } from './kinds/network.js';
import { schedule } from './kinds/schedule.js';
import { search } from './kinds/search.js';
import { teacher } from './kinds/teacher.js';
import { trainstep } from './kinds/trainstep.js';
import { verificationKind } from './kinds/verification.js';

/** Computes what a fixture holds with our code, and compares. Tensors made on the way are freed by the walker. */
export type FixtureKind = (fixture: Fixture, findings: Findings) => void;

/** Every kind of fixture that can be checked, by its name in `index.json`: a new one is one line here. */
export const kinds: ReadonlyMap<string, FixtureKind> = new Map([
  ['network', network],
  ['arcface', arcface],
  ['kd', kd],
  ['trainstep', trainstep],
  ['schedule', schedule],
  ['verification', verificationKind],
  ['counts', counts],
  ['teacher', teacher],
  ['search', search],
  ['genotype', genotype],
  ['align', align],
  ['ijb', ijbKind],
]);
