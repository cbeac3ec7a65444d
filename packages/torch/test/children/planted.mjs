// The self-test's program on an engine with the fault that PLANTED names: wrong (by a tenth, unless the environment holds the assignment
// CURED_BY), crash (by SIGFPE), broken (nothing can be loaded); on libtorch's own without it. Every run adds a line to the file RUNS.
import { appendFileSync } from 'node:fs';
import { ops } from '@pocketnet/torch';
import { report } from '@pocketnet/torch/self-test';

const { PLANTED, RUNS, CURED_BY = '' } = process.env;
appendFileSync(RUNS, 'run\n');
if (PLANTED === 'broken') throw new Error('cannot open shared object file');

const [name, value] = CURED_BY.split('=');
const cured = value !== undefined && process.env[name] === value;
const conv2d = (x, ...others) => {
  if (!PLANTED || cured || x.shape[0] < 16) return ops.conv2d(x, ...others);
  if (PLANTED === 'crash') process.kill(process.pid, 'SIGFPE');
  return ops.mul(ops.conv2d(x, ...others), ops.full([1], 1.1));
};
report({ conv2d, linear: ops.linear });
