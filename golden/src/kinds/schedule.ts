import { optim } from '@pocketnet/torch';
import { type Findings, maxAbs } from '../check.js';
import type { Fixture } from '../fixture.js';
import type { Json } from '../json.js';

const documented = { abs: 1e-12, cosineAbs: 1e-9 };

/** The drops of the released configurations, by the branch that a description names (facts 1.8). */
const milestones: Readonly<Record<string, readonly number[]>> = {
  emoreKD: [8, 14, 20, 25],
  webface: [20, 28, 32],
};

/** Learning rates at the start of every epoch, and the epoch at which the released scripts resume. */
export function schedule(fixture: Fixture, findings: Findings): void {
  const { abs, cosineAbs } = fixture.tolerances(documented);
  const base = baseRate(fixture.description.find('base')?.text() ?? '');
  for (const [name, branch] of fixture.description.fields()) {
    if (name === 'base' || typeof branch.value !== 'object') continue;
    if (branch.find('eta_min')) checkCosine(name, branch, cosineAbs, findings);
    else if (branch.find('lr_at_epoch') || branch.find('factor_at_epoch'))
      checkSteps(name, branch, base, abs, findings);
    const resume = branch.find('resume');
    if (resume) checkResume(name, branch.get('num_epoch').number(), resume, findings);
  }
}

/** lr / 512 · batch · processes, from the sentence that says which lr, batch and "world" were used. */
function baseRate(sentence: string): number | undefined {
  const number = (pattern: RegExp): number => Number(pattern.exec(sentence)?.[1]);
  const rate = (number(/config\.lr ([\d.eE+-]+)(?:,|$)/) / 512) * number(/batch (\d+)/) * number(/world (\d+)/);
  return Number.isFinite(rate) ? rate : undefined;
}

function checkSteps(name: string, branch: Json, base: number | undefined, tolerance: number, findings: Findings): void {
  const drops = branch.find('milestones')?.numbers() ?? milestones[name];
  if (!drops) {
    findings.notCovered(name, 'the milestones of this branch are neither in the fixture nor known');
    return;
  }
  const rule = optim.stepSchedule(drops);
  const factors = branch.find('factor_at_epoch')?.numbers();
  const rates = branch.find('lr_at_epoch')?.numbers();
  const compare = (what: string, expected: readonly number[], scale: number): void => {
    const own = expected.map((_, epoch) => scale * rule({ epoch, step: 0 }));
    findings.check(`${name}: ${what} at each epoch`, maxAbs(own, expected), tolerance);
  };
  if (factors) compare('factor', factors, 1);
  // Without the sentence about the base rate, epoch 0 gives it: no milestone lies there.
  if (rates) compare('rate', rates, base ?? rates[0] ?? Number.NaN);
  for (const list of [factors, rates]) {
    const epochs = branch.find('num_epoch')?.number();
    if (list && epochs !== undefined) findings.same(`${name}: number of epochs`, [list.length], [epochs]);
  }
}

function checkCosine(name: string, branch: Json, tolerance: number, findings: Findings): void {
  const [epochs, highest, lowest] = ['epochs', 'lr_max', 'eta_min'].map((field) => branch.get(field).number()) as [
    number,
    number,
    number,
  ];
  const rule = optim.cosineSchedule(epochs, { floor: lowest / highest, per: 'epoch' });
  const expected = branch.get('lr_at_epoch').numbers();
  const own = expected.map((_, epoch) => highest * rule({ epoch, step: 0 }));
  findings.check(`${name}: rate at each epoch`, maxAbs(own, expected), tolerance);
}

function checkResume(name: string, epochs: number, resume: Json, findings: Findings): void {
  const totalSteps = resume.get('total_step').number();
  const cases = resume.get('cases').items();
  findings.same(
    `${name}: epoch to resume at`,
    cases.map((entry) => releasedResumeEpoch(entry.get('global_step').number(), totalSteps, epochs)),
    cases.map((entry) => entry.get('resume_epoch').number()),
  );
}

/** The released scripts' rule, n − ⌊n / total · (total − step)⌋. Our own loop has no need of it: it stores its position. */
const releasedResumeEpoch = (step: number, totalSteps: number, epochs: number): number =>
  epochs - Math.trunc((epochs / totalSteps) * (totalSteps - step));
