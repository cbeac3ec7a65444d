import type { Tensor } from '@pocketnet/torch';
import { distance, elements, type Findings, maxAbs, maxRel, norm, sum } from '../check.js';
import { type NamedTensors, required } from '../fixture.js';
import type { Json } from '../json.js';

export interface UpdateTolerances {
  updateRelL2: number;
  runningMeanAbs: number;
  runningVarRel: number;
}

interface Compared {
  actual: NamedTensors;
  /** State before the first step; absent where the tensors start from zero. */
  before?: NamedTensors;
  /** What is trained; all else are running statistics. */
  parameters: ReadonlySet<string>;
}

const headerKernel = 'header.kernel';

/**
 * A state against the expected one, or the part of it that the fixture holds. Parameters count together, as |difference|₂ /
 * |update|₂: their own size says nothing about a step. The header stands apart, since its update is a hundred times larger.
 */
export function compareState(
  name: string,
  { actual, expected, before, parameters }: Compared & { expected: NamedTensors },
  tolerances: UpdateTolerances,
  findings: Findings,
): void {
  const groups = { backbone: new Squares(), header: new Squares() };
  for (const [key, tensor] of expected) {
    const own = elements(required(actual, key, 'Our state'));
    const target = elements(tensor);
    if (!parameters.has(key)) {
      compareStatistic(name, key, own, target, tolerances, findings);
      continue;
    }
    const start = before?.get(key);
    const update = start ? distance(target, elements(start)) : norm(target);
    groups[key === headerKernel ? 'header' : 'backbone'].add(distance(own, target), update);
  }
  reportGroups(name, groups, tolerances, findings);
}

/**
 * A state against `[sum, L2 norm]` of every expected tensor. By the triangle and the Cauchy-Schwarz inequality | |a|₂ − |b|₂ | and
 * |Σa − Σb| / √n are both at most |a − b|₂, so the tolerances of `compareState` bound them; the update is measured on our side.
 */
export function compareChecksums(
  name: string,
  { actual, checksums, before, parameters }: Compared & { checksums: Json },
  tolerances: UpdateTolerances,
  findings: Findings,
): void {
  const groups = { backbone: new Squares(), header: new Squares() };
  for (const [given, pair] of checksums.fields()) {
    const key = given === 'kernel' ? headerKernel : given;
    const own = elements(required(actual, key, 'Our state'));
    const [total = Number.NaN, length = Number.NaN] = pair.numbers();
    const root = Math.sqrt(own.length);
    const error = Math.max(Math.abs(norm(own) - length), Math.abs(sum(own) - total) / root);
    if (parameters.has(key)) {
      const start: Tensor | undefined = before?.get(key);
      const update = start ? distance(own, elements(start)) : norm(own);
      groups[key === headerKernel ? 'header' : 'backbone'].add(error, update);
    } else if (key.endsWith('running_mean')) {
      findings.check(`${name}: running means`, error / root, tolerances.runningMeanAbs);
    } else if (key.endsWith('running_var')) {
      findings.check(`${name}: running variances`, error / length, tolerances.runningVarRel);
    } else findings.check(`${name}: num_batches_tracked`, error, 0);
  }
  reportGroups(name, groups, tolerances, findings);
}

function compareStatistic(
  name: string,
  key: string,
  own: ArrayLike<number>,
  target: ArrayLike<number>,
  { runningMeanAbs, runningVarRel }: UpdateTolerances,
  findings: Findings,
): void {
  if (key.endsWith('running_mean')) findings.check(`${name}: running means`, maxAbs(own, target), runningMeanAbs);
  else if (key.endsWith('running_var'))
    findings.check(`${name}: running variances`, maxRel(own, target), runningVarRel);
  else findings.check(`${name}: num_batches_tracked`, maxAbs(own, target), 0);
}

function reportGroups(
  name: string,
  groups: Record<string, Squares>,
  { updateRelL2 }: UpdateTolerances,
  findings: Findings,
): void {
  for (const [group, squares] of Object.entries(groups)) {
    if (squares.count > 0) findings.check(`${name}: ${group} |Δ|/|update|`, squares.ratio, updateRelL2);
  }
}

/** Adds up two norms over many tensors. */
class Squares {
  count = 0;
  #difference = 0;
  #update = 0;

  add(difference: number, update: number): void {
    this.count++;
    this.#difference += difference ** 2;
    this.#update += update ** 2;
  }

  get ratio(): number {
    return Math.sqrt(this.#difference / Math.max(this.#update, Number.MIN_VALUE));
  }
}
