import { crc32 } from 'node:zlib';
import { IResNet } from '@pocketnet/lab';
import { fromArray, noGrad, ops, scope, type Tensor } from '@pocketnet/torch';
import { distance, elements, type Findings, maxAbs, maxRel, moments, norm, ofLargest } from '../check.js';
import { inBothLayouts } from '../configuration.js';
import { type Fixture, type NamedTensors, required } from '../fixture.js';
import type { Json } from '../json.js';
import { fillByRule, hash, imagesByRule, nameKey } from '../teacher/rule.js';

const documented = {
  evalRelL2: 1e-5,
  evalOfLargest: 2e-5,
  trainRelL2: 2e-5,
  trainOfLargest: 5e-5,
  runningMeanAbs: 2e-6,
  runningVarRel: 1e-5,
  ruleCheckAbs: 0,
};

interface Context {
  fixture: Fixture;
  file: string;
  numbers: NamedTensors;
  seed: number;
  tolerances: typeof documented;
  findings: Findings;
}

/** IResNets whose weights follow from their names and a seed: their outputs, and the running statistics after one training pass. */
export function teacher(fixture: Fixture, findings: Findings): void {
  const { description } = fixture;
  const file = fixture.requiredFile();
  const seed = description.get('seed').number();
  const numbers = fixture.tensors(file);
  const context = { fixture, file, numbers, seed, tolerances: fixture.tolerances(documented), findings };
  checkHashes(description, context);
  for (const [key, facts] of description.get('networks').fields()) {
    const input = description.find('input_size')?.number() ?? inputOf(key, context);
    scope(() => checkNetwork(key, facts, input, context));
  }
}

/** The side that leaves the map in the fixture, which is a sixteenth of it. */
function inputOf(key: string, { numbers }: Context): number {
  const map = [...numbers].find(([name]) => name.startsWith(`${key}.eval_layer4_`))?.[1];
  return 16 * (map?.shape.at(-1) ?? 7);
}

function checkNetwork(key: string, facts: Json, input: number, context: Context): void {
  const { fixture, file, numbers, seed, findings } = context;
  const [images = 0, embedding = 0] = required(numbers, `${key}.eval_output`, file).shape;
  const trained = numbers.get(`${key}.train_output`)?.shape[0];
  const net = new IResNet({ units: facts.get('units').numbers(), embedding, input }).to({ device: fixture.device });
  try {
    const filled = fillByRule(net, seed);
    checkRule(net, context);
    checkFacts(key, net, facts, filled, findings);
    for (const batch of inBothLayouts(imagesFor(images, input, context)))
      noGrad(() => scope(() => checkEvaluation(key, net.eval(), batch, facts, context)));
    if (trained === undefined) return;
    for (const batch of inBothLayouts(imagesFor(trained, input, context))) {
      fillByRule(net, seed);
      noGrad(() => scope(() => checkTraining(key, net.train(), batch, context)));
    }
  } finally {
    net.dispose();
  }
}

function imagesFor(count: number, side: number, { fixture, numbers, seed, tolerances, findings }: Context): Tensor {
  const values = imagesByRule(count, side, seed);
  const first = numbers.get('rule_check.input');
  if (first)
    findings.check('rule: input', maxAbs(values.subarray(0, first.size), elements(first)), tolerances.ruleCheckAbs);
  return fixture.there(fromArray(values, [count, 3, side, side]));
}

function checkHashes(description: Json, { seed, findings }: Context): void {
  for (const [name, check] of description.find('rule')?.find('hash_checks')?.fields() ?? []) {
    findings.same('rule: CRC-32 of names', [crc32(name)], [check.get('crc32').number()]);
    const expected = check.get('mix32_of_element_0_and_1').numbers();
    const own = expected.map((_, i) => hash(i, nameKey(name, seed)));
    findings.same('rule: hashes', own, expected);
  }
}

/** The first or last values of tensors; a name that only a deeper network has is checked there. */
function checkRule(net: IResNet, { numbers, tolerances, findings }: Context): void {
  const state = net.stateDict();
  for (const [name, expected] of numbers) {
    const [, last, key = ''] = /^rule_check(_last)?\.(.+)$/.exec(name) ?? [];
    const values = state.get(key)?.toFloat32();
    if (!values) continue;
    const part = last ? values.subarray(-expected.size) : values.subarray(0, expected.size);
    findings.check('rule: tensors', maxAbs(part, elements(expected)), tolerances.ruleCheckAbs);
  }
}

function checkFacts(key: string, net: IResNet, facts: Json, filled: ReturnType<typeof fillByRule>, findings: Findings) {
  const size = (tensors: readonly Tensor[]): number => tensors.reduce((total, tensor) => total + tensor.size, 0);
  const parameters = net.parameters();
  const state = net.stateDict();
  const own: Record<string, number | string> = {
    parameters: size(parameters),
    trainable_parameters: size(parameters.filter((parameter) => parameter.requiresGrad)),
    state_dict_entries: state.size,
    running_statistics: size([...state].filter(([name]) => name.includes('.running_')).map(([, tensor]) => tensor)),
    sha256_of_all_float_tensors_in_state_dict_order: filled.sha256,
  };
  for (const [name, value] of Object.entries(own)) {
    const expected = facts.find(name);
    const label = name.replaceAll('_', ' ');
    if (expected) findings.same(`${key}: ${label}`, [value], [expected.isText() ? expected.text() : expected.number()]);
  }
  const total = facts.find('sum_of_all_float_tensors')?.number();
  if (total !== undefined)
    findings.check(`${key}: sum of all floats`, Math.abs(filled.total - total) / Math.abs(total), 1e-9);
}

/** The values after the stem, the stages, the last norm, the linear layer and the whole, by their modules' names. */
function stagesOf(net: IResNet, images: Tensor): Map<string, Tensor> {
  let x = net.prelu.forward(net.bn1.forward(net.conv1.forward(images)));
  const stages = new Map([['prelu', x]]);
  for (const name of ['layer1', 'layer2', 'layer3', 'layer4'] as const) {
    for (const unit of net[name]) x = unit.forward(x);
    stages.set(name, x);
  }
  const last = net.bn2.forward(x);
  const linear = net.fc.forward(ops.flatten(last, 1));
  return stages.set('bn2', last).set('fc', linear);
}

function checkEvaluation(key: string, net: IResNet, images: Tensor, facts: Json, context: Context): void {
  const { numbers, tolerances, findings } = context;
  const compare = (name: string, own: Tensor): void => {
    const expected = numbers.get(name);
    if (expected) checkTensor(name, own, expected, tolerances.evalRelL2, tolerances.evalOfLargest, findings);
  };
  const output = net.forward(images);
  compare(`${key}.eval_output`, output);
  compare(`${key}.eval_output.f64`, output);
  const stages = stagesOf(net, images);
  for (const name of numbers.keys()) {
    const [, net, stage = '', image, first, last] = /^(.+)\.eval_(\w+)_img(\d+)_ch(\d+)to(\d+)$/.exec(name) ?? [];
    const map = net === key ? stages.get(stage) : undefined;
    if (!map) continue;
    const one = ops.slice(map, 0, Number(image), Number(image) + 1);
    compare(name, ops.slice(one, 1, Number(first), Number(last) + 1));
  }
  for (const [stage, expected] of facts.find('eval_stages_mean_std_absmax')?.fields() ?? []) {
    const own = stages.get(stage);
    if (!own) throw new Error(`${expected.path} tells of a stage that this network has not.`);
    const error = ofLargest(moments(elements(own)), expected.numbers());
    findings.check(`${key}: mean, std and |max| of every stage`, error, tolerances.evalOfLargest);
  }
}

function checkTensor(name: string, own: Tensor, expected: Tensor, relL2: number, largest: number, findings: Findings) {
  const [a, b] = [elements(own), elements(expected)];
  findings.check(`${name}: relative L2`, distance(a, b) / norm(b), relL2);
  findings.check(`${name}: of largest`, ofLargest(a, b), largest);
}

/** One pass: output, running statistics, and in a second one (which they do not influence) the linear layer's. */
function checkTraining(key: string, net: IResNet, images: Tensor, context: Context): void {
  const { numbers, tolerances, findings } = context;
  const compare = (name: string, own: Tensor | undefined): void => {
    const expected = numbers.get(name);
    if (own && expected) checkTensor(name, own, expected, tolerances.trainRelL2, tolerances.trainOfLargest, findings);
  };
  compare(`${key}.train_output`, net.forward(images));
  const state = net.stateDict();
  for (const [name, expected] of numbers) {
    if (!name.startsWith(`${key}.after.`)) continue;
    const own = elements(required(state, name.slice(`${key}.after.`.length), 'Our network'));
    if (name.endsWith('running_mean'))
      findings.check(`${key}: running means`, maxAbs(own, elements(expected)), tolerances.runningMeanAbs);
    else findings.check(`${key}: running variances`, maxRel(own, elements(expected)), tolerances.runningVarRel);
  }
  const batches = [...state].filter(([name]) => name.endsWith('num_batches_tracked'));
  findings.same(
    `${key}: batches that the norms have seen`,
    batches.map(([, count]) => count.item()),
    batches.map(() => 1),
  );
  compare(`${key}.train_fc_output`, stagesOf(net, images).get('fc'));
}
