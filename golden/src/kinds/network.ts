import { createHash } from 'node:crypto';
import { execute, type PocketNet } from '@pocketnet/lab';
import { noGrad, ops, type Tensor, toStored } from '@pocketnet/torch';
import { elements, type Findings, maxAbs, maxRel, moments, sum } from '../check.js';
import { buildPocketNet, inBothLayouts } from '../configuration.js';
import { type Fixture, type NamedTensors, required } from '../fixture.js';
import type { Json } from '../json.js';

const documented = { evalAbs: 2e-4, trainAbs: 2e-3, runningMeanAbs: 2e-5, runningVarRel: 1e-4 };
type Tolerances = typeof documented;

/** A discrete network: its weights file, its outputs, activations on the way, and the running statistics after one training pass. */
export function network(fixture: Fixture, findings: Findings): void {
  const tolerances = fixture.tolerances(documented);
  const { description } = fixture;
  const { weightsFile, weights, numbersFile, numbers } = readFiles(fixture);
  const net = buildPocketNet(description.find('config') ?? description, fixture.device);
  try {
    net.loadStateDict(weights);
    checkWeights(description, net, weights, findings);
    const expected = required(numbers, 'eval_output', numbersFile);
    const images = ops.slice(fixture.images(numbers, 'input'), 0, 0, expected.shape[0] ?? 0);
    for (const input of inBothLayouts(images)) {
      net.loadStateDict(weights);
      checkEvaluation(net.eval(), input, numbers, description, tolerances, findings);
      checkTraining(net.train(), input, numbers, description, tolerances, findings);
    }
    checkStatisticsBefore(weights, weightsFile, numbers, findings);
  } finally {
    net.dispose();
  }
}

/** Tells the weights from the expected numbers by what is in them: either may be in any format. */
function readFiles(fixture: Fixture) {
  const files = fixture.files.map((file) => ({ file, tensors: fixture.tensors(file) }));
  const numbers = files.find(({ tensors }) => tensors.has('eval_output'));
  const weights = files.find(({ tensors }) => tensors.has('stem.0.weight'));
  if (!numbers) throw new Error(`No file of ${fixture.name} holds an 'eval_output'.`);
  if (!weights) throw new Error(`No file of ${fixture.name} holds the weights (a tensor 'stem.0.weight').`);
  return { weightsFile: weights.file, weights: weights.tensors, numbersFile: numbers.file, numbers: numbers.tensors };
}

function checkWeights(description: Json, net: PocketNet, weights: NamedTensors, findings: Findings): void {
  const state = net.stateDict();
  findings.same('state-dict names in order', [...state.keys()], [...weights.keys()]);
  const params = description.find('params')?.number();
  if (params !== undefined) {
    const own = net.parameters().reduce((total, parameter) => total + parameter.size, 0);
    findings.same('parameters', [own], [params]);
  }
  const entries = description.find('state_dict_entries')?.number();
  if (entries !== undefined) findings.same('state-dict entries', [state.size], [entries]);
  const index = description.find('state_dict_index')?.items();
  if (index) checkIndex(index, state, findings);
}

/** Names, shapes, sums and hashes of what has arrived in the network. */
function checkIndex(index: readonly Json[], state: NamedTensors, findings: Findings): void {
  const column = (name: string): string[] => index.map((entry) => entry.find(name)?.text() ?? '');
  const rows = column('name').map((name) => state.get(name));
  const stored = rows.map((tensor) => tensor && toStored(tensor));
  findings.same('state_dict_index names', [...state.keys()], column('name'));
  findings.same(
    'state_dict_index shapes',
    stored.map((tensor) => String(tensor?.shape)),
    index.map((entry) => String(entry.get('shape').numbers())),
  );
  if (index.every((entry) => entry.find('sha256_le'))) {
    const hashes = stored.map((tensor) => (tensor ? createHash('sha256').update(tensor.data).digest('hex') : 'absent'));
    findings.same('state_dict_index SHA-256', hashes, column('sha256_le'));
  }
  for (const [i, entry] of index.entries()) {
    const tensor = rows[i];
    if (!tensor) continue;
    const values = elements(tensor);
    const size = Math.max(1, sum(values, Math.abs));
    for (const [name, value] of [
      ['sum', sum(values)],
      ['sumabs', sum(values, Math.abs)],
    ] as const) {
      const expected = entry.find(name)?.number();
      if (expected !== undefined) findings.check('state_dict_index sums', Math.abs(value - expected) / size, 1e-9);
    }
  }
}

function checkEvaluation(
  net: PocketNet,
  images: Tensor,
  numbers: NamedTensors,
  description: Json,
  { evalAbs }: Tolerances,
  findings: Findings,
): void {
  noGrad(() => {
    const output = net.forward(images);
    const computed = new Map([
      ['eval_output', output],
      ['eval_output_normalised', ops.normalize(output)],
    ]);
    for (const [name, tensor] of computed) {
      const expected = numbers.get(name);
      if (expected) findings.check(name, maxAbs(elements(tensor), elements(expected)), evalAbs);
    }
    const activations = activationsOf(net, images);
    for (const [name, expected] of numbers) {
      const crop = activationCrop(name, activations);
      if (crop) findings.check(name, maxAbs(elements(crop), elements(expected)), evalAbs);
    }
    for (const [stage, statistics] of description.find('eval_activation_stats_mean_std_absmax_shape')?.fields() ?? []) {
      const [mean, std, absMax] = statistics.items().map((item) => (Array.isArray(item.value) ? 0 : item.number()));
      const activation = activations.get(stage);
      if (!activation) throw new Error(`${statistics.path} tells of a stage that this network has not.`);
      const own = moments(elements(activation));
      findings.check(
        'activations: mean, std, |max| of every stage',
        maxAbs(own, [mean ?? 0, std ?? 0, absMax ?? 0]),
        evalAbs,
      );
    }
  });
}

/** Outputs of the stem and of every cell, under the fixture's names: `stem`, `0`, `1`, … */
function activationsOf(net: PocketNet, images: Tensor): Map<string, Tensor> {
  const stem = net.stem.forward(images);
  const activations = new Map([['stem', stem]]);
  let [before, last] = [stem, stem];
  for (const [i, cell] of [...net.cells].entries()) {
    [before, last] = [last, cell.read(before, last, execute)];
    activations.set(String(i), last);
  }
  return activations;
}

/** The part of an activation that a name such as `eval_cell17_img0_ch0to63` stands for. */
function activationCrop(name: string, activations: ReadonlyMap<string, Tensor>): Tensor | undefined {
  const match = /^eval_(?:cell)?(stem|\d+)_img(\d+)_ch(\d+)to(\d+)$/.exec(name);
  if (!match) return undefined;
  const [, stage = '', image, first, last] = match;
  const activation = activations.get(stage);
  if (!activation) throw new Error(`The fixture's tensor ${name} is of a stage that this network has not.`);
  const one = ops.slice(activation, 0, Number(image), Number(image) + 1);
  return ops.slice(one, 1, Number(first), Number(last) + 1);
}

/** One pass in training mode: its output, and where it leaves the running statistics. */
function checkTraining(
  net: PocketNet,
  images: Tensor,
  numbers: NamedTensors,
  description: Json,
  tolerances: Tolerances,
  findings: Findings,
): void {
  const output = noGrad(() => net.forward(images));
  const expected = numbers.get('train_output');
  if (expected) findings.check('train_output', maxAbs(elements(output), elements(expected)), tolerances.trainAbs);

  const state = net.stateDict();
  const norms = description.find('bn_order_for_after_all')?.texts() ?? normsOf(state);
  for (const [name, value] of numbers) {
    const key = /^after\.(.+)$/.exec(name)?.[1];
    if (key === undefined) continue;
    const all = /^all_(running_(?:mean|var))$/.exec(key)?.[1];
    const own = all === undefined ? [key] : norms.map((norm) => `${norm}.${all}`);
    const actual = own.flatMap((entry) => Array.from(elements(required(state, entry, 'Our network'))));
    checkStatistic(key, actual, elements(value), tolerances, findings);
  }
}

const normsOf = (state: NamedTensors): string[] =>
  [...state.keys()].filter((name) => name.endsWith('.running_mean')).map((name) => name.replace(/\.running_mean$/, ''));

function checkStatistic(
  key: string,
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  { runningMeanAbs, runningVarRel }: Tolerances,
  findings: Findings,
): void {
  if (key.endsWith('running_mean')) findings.check('after: running means', maxAbs(actual, expected), runningMeanAbs);
  else if (key.endsWith('running_var'))
    findings.check('after: running variances', maxRel(actual, expected), runningVarRel);
  else findings.check('after: num_batches_tracked', maxAbs(actual, expected), 0);
}

/** The statistics that the fixture says it started from are those of the weights file. */
function checkStatisticsBefore(weights: NamedTensors, file: string, numbers: NamedTensors, findings: Findings): void {
  for (const [name, expected] of numbers) {
    const key = /^before\.(.+)$/.exec(name)?.[1];
    if (key === undefined) continue;
    findings.check('before: running statistics', maxAbs(elements(required(weights, key, file)), elements(expected)), 0);
  }
}
