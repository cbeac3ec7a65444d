import { bilevelStep, deriveGenotype, firstOrder, secondOrder, type UpdateOrder, writeGenotype } from '@pocketnet/lab';
import { backward, noGrad, ops, optim, scope, type Tensor } from '@pocketnet/torch';
import { distance, Findings, maxAbs, norm, passes } from '../check.js';
import { type Fixture, type NamedTensors, required } from '../fixture.js';
import { alphaNames, fromStart, joined, type Setting, type Trial } from '../search/setting.js';
import { compareChecksums, compareState } from '../training/compare.js';

const documented = {
  logitsAbs: 1e-4,
  firstOrderRelL2: 1e-3,
  secondOrderRelL2: 1e-2,
  secondOrderCosine: 0.9995,
  firstStepAlphaAbs: 1e-5,
  firstStepAlphaFlips: 2,
  secondStepAlphaAbs: 3e-4,
  weightUpdateRelL2: 2e-3,
};

/** In float64 a second-order gradient agrees to the file's own rounding; a float32 one that jumped over a kink still points there. */
const jump = { relL2: 1e-6, cosine: 0.999 };

/**
 * The search network, the gradients of α by both orders, and whole steps in both orders of update. Both layouts of memory, since the
 * fused cell takes channels-last only. A finite difference crosses kinks of PReLU and max-pool, where one rounding makes it jump: what
 * misses in float32 is repeated in float64, by the rule in the fixtures' README.
 */
export function search(fixture: Fixture, findings: Findings): void {
  for (const layout of ['contiguous_format', 'channels_last'] as const) {
    const single = measure(fixture, { layout, dtype: 'float32' });
    const missed = single.checks.filter((check) => !passes(check));
    if (missed.length === 0 || missed.some((check) => !mayJump(check.name) || check.error > 1 - jump.cosine + 0.1)) {
      findings.merge(single);
      continue;
    }
    const double = measure(fixture, { layout: 'contiguous_format', dtype: 'float64' });
    for (const check of single.checks) {
      const again = passes(check) ? undefined : double.checks.find(({ name }) => name === check.name);
      const { name, error, tolerance } = again && passes(again) ? again : check;
      const jumped = `in float64, after a kink jump of ${check.error.toExponential(1)} in float32`;
      findings.check(name, error, tolerance, again ? jumped : check.detail);
    }
  }
  genotypeOfStart(fixture, findings);
}

/** First-order results cross no kink. */
const mayJump = (name: string): boolean => !name.startsWith('A: ');

function measure(fixture: Fixture, trial: Trial): Findings {
  const findings = new Findings();
  scope(() => logits(fixture, trial, findings));
  scope(() => firstOrderGradients(fixture, trial, findings));
  scope(() => secondOrderGradients(fixture, trial, findings));
  scope(() => afterOneWeightStep(fixture, trial, findings));
  for (const updates of ['released', 'darts'] as const) scope(() => wholeSteps(updates, fixture, trial, findings));
  return findings;
}

function logits(fixture: Fixture, trial: Trial, findings: Findings): void {
  const { logitsAbs } = fixture.tolerances(documented);
  const expected = expectedOf(fixture, 'fixture', trial);
  for (const [name, half, training] of [
    ['A.logits_train', 'train', true],
    ['A.logits_val', 'val', true],
    ['A.logits_val_evalmode', 'val', false],
  ] as const) {
    const target = expected(name);
    if (!target) continue;
    fromStart(fixture, trial, ({ network, batch }) => {
      const own = noGrad(() => network.train(training).forward(batch[half].images));
      // Before its first batch the running statistics are 0 and 1, and the logits of the evaluation mode may grow beyond 10¹².
      const scale = Math.max(1, ...joined([target]).map(Math.abs));
      findings.check(`A: ${name.slice(2)}`, maxAbs(joined([own]), joined([target])) / scale, logitsAbs);
    });
  }
}

function firstOrderGradients(fixture: Fixture, trial: Trial, findings: Findings): void {
  const { firstOrderRelL2 } = fixture.tolerances(documented);
  for (const half of ['train', 'val'] as const) {
    fromStart(fixture, trial, (setting) => {
      const { gradient } = firstOrder(setting, setting.batch[half]);
      const target = alphaTensors(setting, expectedOf(fixture, 'fixture', trial), (name) => `A.galpha_${half}.${name}`);
      if (target) findings.check(`A: gradient of the ${half} loss`, relative(gradient, target), firstOrderRelL2);
    });
  }
}

function secondOrderGradients(fixture: Fixture, trial: Trial, findings: Findings): void {
  const expected = expectedOf(fixture, 'fixture', trial);
  fromStart(fixture, trial, (setting) => {
    const found = secondOrder(setting, setting.batch, setting.rule);
    for (const [part, own] of [
      ['galpha_unrolled', found.gradient],
      ['dalpha_val_at_w_prime', found.direct],
      ['hessian_term', found.hessian],
    ] as const) {
      const target = alphaTensors(setting, expected, (name) => `B.${part}.${name}`);
      if (target) compareSecondOrder(`B: ${part}`, own, target, fixture, trial, findings);
    }
  });
}

/** From weights that have made one step, and with momentum. */
function afterOneWeightStep(fixture: Fixture, trial: Trial, findings: Findings): void {
  fromStart(fixture, trial, (setting) => {
    const { network, batch, optimizer, rule, clip } = setting;
    const target = alphaTensors(setting, expectedOf(fixture, 'fixture', trial), (name) => `C.galpha_unrolled.${name}`);
    if (!target) return;
    const file = fixture.file('C-momentum');
    if (file === undefined) {
      backward(ops.crossEntropy(network.forward(batch.train.images), batch.train.labels));
      optim.clipGradNorm(network.weights, clip);
      optimizer.step();
    } else {
      const momentum = fixture.tensors(file);
      const names = Array.from(network.net.namedParameters(), ([name]) => name);
      const velocities = names.map((name) => ops.toDtype(required(momentum, `momentum.${name}`, file), trial.dtype));
      optimizer.loadStateDict(new Map(velocities.map((velocity, i) => [`momentum.${i}`, velocity])));
      noGrad(() => network.weights.forEach((weight, i) => void ops.add_(weight, velocities[i] as Tensor, -rule.lr)));
    }
    for (const parameter of network.parameters()) parameter.grad = null;
    const { gradient } = secondOrder(setting, batch, rule);
    compareSecondOrder('C: galpha_unrolled', gradient, target, fixture, trial, findings);
  });
}

/** Two steps: `released` is the fixture's part D, `darts` its part E. */
function wholeSteps(updates: UpdateOrder, fixture: Fixture, trial: Trial, findings: Findings): void {
  const part = updates === 'released' ? 'D' : 'E';
  const tolerances = fixture.tolerances(documented);
  const expected = expectedOf(fixture, 'D-after-steps', trial);
  const init = fixture.tensors(fixture.requiredFile('init'));
  fromStart(fixture, trial, (setting) => {
    for (const step of [1, 2]) {
      bilevelStep({ ...setting, order: 2, updates }, setting.batch, setting.rule);
      const target = alphaTensors(setting, expected, (name) => `${part}${step}.${name}`);
      if (target) {
        const flips = step === 1 ? tolerances.firstStepAlphaFlips : 0;
        const limit = step === 1 ? tolerances.firstStepAlphaAbs : tolerances.secondStepAlphaAbs;
        findings.check(
          `${part}: α after ${step}`,
          worstBut(flips, joined(setting.network.alphas), joined(target)),
          limit,
        );
      }
      if (updates === 'released' && step === 1 && trial.dtype === 'float32')
        weightsAfterStep(setting, fixture, init, findings);
    }
  });
}

function weightsAfterStep({ network }: Setting, fixture: Fixture, before: NamedTensors, findings: Findings): void {
  const { weightUpdateRelL2 } = fixture.tolerances(documented);
  // Statistics of maps whose values go to a hundred: a float32 rounding is 1e-5 there.
  const tolerances = { updateRelL2: weightUpdateRelL2, runningMeanAbs: 1e-4, runningVarRel: 1e-4 };
  const parameters = new Set(Array.from(network.namedParameters(), ([name]) => name));
  const actual = network.stateDict();
  const prefix = 'D1.net.';
  const file = fixture.file('D-after-steps');
  const state = [...(file === undefined ? [] : fixture.tensors(file))].filter(
    ([name]) => name.startsWith(prefix) && !name.endsWith('.f64'),
  );
  const expected = new Map(state.map(([name, tensor]) => [name.slice('D1.'.length), tensor]));
  compareState('D: weights after 1', { actual, expected, before, parameters }, tolerances, findings);
  const checksums = fixture.description.find('D')?.find('checksums_D1_sum_and_l2');
  if (checksums)
    compareChecksums('D: checksums after 1', { actual, checksums, before, parameters }, tolerances, findings);
}

function genotypeOfStart(fixture: Fixture, findings: Findings): void {
  const text = fixture.description.find('genotype_of_initial_alphas')?.text();
  if (text === undefined) return;
  fromStart(fixture, { layout: 'contiguous_format', dtype: 'float32' }, ({ network }) => {
    const alphas = { normal: network.alpha_normal.values(), reduce: network.alpha_reduce.values() };
    findings.same('genotype of the initial α', [writeGenotype(deriveGenotype(alphas))], [text]);
  });
}

/** A file's tensors by name: in float64 those of the float64 run. */
function expectedOf(fixture: Fixture, purpose: string, { dtype }: Trial): (name: string) => Tensor | undefined {
  const file = fixture.file(purpose);
  const tensors: NamedTensors = file === undefined ? new Map() : fixture.tensors(file);
  return (name) => tensors.get(dtype === 'float64' ? `${name}.f64` : name);
}

/** One tensor for each α, or nothing where the fixture lacks any. */
function alphaTensors(
  { network }: Setting,
  expected: (name: string) => Tensor | undefined,
  named: (alpha: string) => string,
): Tensor[] | undefined {
  const tensors = alphaNames(network).map((name) => expected(named(name)));
  return tensors.every((tensor) => tensor !== undefined) ? tensors : undefined;
}

function compareSecondOrder(
  name: string,
  own: readonly Tensor[],
  target: readonly Tensor[],
  fixture: Fixture,
  { dtype }: Trial,
  findings: Findings,
): void {
  const { secondOrderRelL2, secondOrderCosine } = fixture.tolerances(documented);
  findings.check(`${name}, relative L2`, relative(own, target), dtype === 'float64' ? jump.relL2 : secondOrderRelL2);
  findings.check(`${name}, 1 − cosine`, 1 - cosine(joined(own), joined(target)), 1 - secondOrderCosine);
}

const relative = (own: readonly Tensor[], target: readonly Tensor[]): number =>
  distance(joined(own), joined(target)) / norm(joined(target));

function cosine(a: readonly number[], b: readonly number[]): number {
  return a.reduce((total, value, i) => total + value * (b[i] as number), 0) / (norm(a) * norm(b));
}

/** The largest error but for a few: Adam's first step is ±lr, and a gradient near 0 may take the other sign. */
function worstBut(allowed: number, a: readonly number[], b: readonly number[]): number {
  const errors = a.map((value, i) => Math.abs(value - (b[i] as number))).sort((x, y) => y - x);
  return errors[allowed] ?? 0;
}
