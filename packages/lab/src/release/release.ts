import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { readPlanMetadata } from '@pocketnet/engine';
import { writeAtomically, writeFileAtomic } from '@pocketnet/files/node';
import { benchModels, decodeModel, encodeModel } from '@pocketnet/onnx';
import { openEmbeddings } from '../embedders/index.js';
import { exportOnnx, optimizeOnnx, preprocessing, quantiseOnnx, storeOnnx } from '../export/index.js';
import { count, loadNetwork } from '../networks/index.js';
import { calibrateFiles } from './calibrate-files.js';
import { inSixDigits, type ReleaseCard, usualThreshold } from './card.js';
import { cardMarkdown } from './card-markdown.js';
import type { ReleaseDescription } from './description.js';
import { halveWeightsFile } from './half-weights.js';
import { type Computed, differenceOf, type MeasuredFile, measureFile, nameOfComputed } from './measure.js';
import { measureConditions } from './measure-conditions.js';
import { measureGroups } from './measure-groups.js';
import { addCardToPlan, writePlanOf } from './plan.js';

export interface ReleaseOptions {
  /** Folder that is written to; what it holds of the same names is replaced when all is measured. */
  out: string;
  /** The machine that the card's times are of. */
  machine: string;
  /** What is being done, in a few words. */
  onStep?: (what: string) => void;
}

/** What a release is made of: the endings of its files' names, and what they are. */
const FILES = {
  float: { ending: '.onnx', what: 'ONNX for Node: float32 arithmetic, weights as float16' },
  web: { ending: '-web.onnx', what: 'ONNX for browsers: rewritten for WASM, float32 arithmetic, weights as int8' },
  int8: { ending: '-int8.onnx', what: 'ONNX computed in int8, for hardware that has nothing else' },
  plan: { ending: '.pnet', what: 'compiled for our engine, which apps run' },
  weights: { ending: '.safetensors', what: 'weights for libtorch and PyTorch, kernels as float16' },
};

const kinds = Object.keys(FILES) as (keyof typeof FILES)[];

type Paths = Record<keyof typeof FILES, string>;

/**
 * Releases weights: the network as float16 safetensors, as ONNX optimised for Node and, with weights of int8, for browsers, and, where the
 * description asks for it, as ONNX computed in int8; and as a plan for our engine; all of these measured, with a model card (Markdown beside them, JSON in their metadata). The plan
 * carries its match curve, too, where the description names faces for thresholds.
 *
 * @throws Errors of the weights, the description's sets and faces; nothing is written then
 */
export async function releaseNetwork(
  weights: string,
  description: ReleaseDescription,
  { out, machine, onStep = () => {} }: ReleaseOptions,
): Promise<ReleaseCard> {
  const { network, training } = factsOf(weights);
  const scratch = mkdtempSync(join(tmpdir(), 'pocketnet-release-'));
  const nameOf = (kind: keyof Paths): string => `${network.name}${FILES[kind].ending}`;
  const graphs = description.int8 ? (['float', 'web', 'int8'] as const) : (['float', 'web'] as const);
  const models = [...graphs, 'plan' as const];
  const files = [...models, 'weights' as const].map((kind) => ({ name: nameOf(kind), what: FILES[kind].what }));
  const paths = Object.fromEntries(kinds.map((kind) => [kind, join(scratch, nameOf(kind))])) as Paths;
  try {
    refuseLeftovers(out, nameOf, models);
    await makeFiles(weights, paths, network.name, description, onStep);
    const computed = [...graphs.map((kind) => ({ path: paths[kind] })), ...inEachArithmetic(paths.plan)];
    const measured = await measureAll(description.sets, computed, onStep);
    const calibrations = await calibrateFiles(description, computed, onStep);
    const threshold = usualThreshold({ file: basename(paths.float), calibrations });
    const hard = await hardConditionsAndGroups(paths.float, description, threshold, onStep);
    onStep('timing');
    const card = inSixDigits({
      ...{ format: 'pocketnet-card/3', file: null, about: description.about },
      ...{ network, training, calibrations, ...hard, files },
      ...measured,
      speed: { machine, rows: await timed(graphs.map((kind) => paths[kind])) },
      date: new Date().toISOString().slice(0, 10),
    });
    for (const kind of graphs) addCard(paths[kind], { ...card, file: nameOf(kind) });
    addCardToPlan(paths.plan, { ...card, file: nameOf('plan') });
    const sizes = files.map(({ name }) => statSync(join(scratch, name)).size);
    publish(out, [
      ...files.map(({ name }) => ({ name, content: readFileSync(join(scratch, name)) })),
      { name: 'card.md', content: Buffer.from(cardMarkdown(card, sizes)) },
    ]);
    return card;
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

async function makeFiles(
  given: string,
  { weights, float, web, int8, plan }: Paths,
  network: string,
  description: ReleaseDescription,
  onStep: (what: string) => void,
): Promise<void> {
  const { licence } = description.about;
  onStep('exporting');
  halveWeightsFile(given, weights, { licence });
  exportOnnx(weights, network, float, { licence });
  onStep('compiling');
  await writePlanOf(float, plan, description.plan);
  if (description.int8) {
    onStep('quantising');
    await quantiseOnnx(float, int8, description.int8);
  }
  onStep('optimising');
  await optimizeOnnx(float, web, description.optimize, { runtime: 'wasm' });
  storeOnnx(web, web, 'int8');
  await optimizeOnnx(float, float, description.optimize);
  storeOnnx(float, float, 'float16');
}

/** What the weights' file says of itself, and what its network costs. */
function factsOf(weights: string): Pick<ReleaseCard, 'network' | 'training'> {
  const { network, entry, embedding, input, metadata } = loadNetwork(weights);
  try {
    const { parameters, macs } = count(network, input);
    const { step = null, seed = null, data = null } = metadata;
    return {
      network: { name: entry.name, parameters, macs, embedding, input, preprocessing: preprocessing(input) },
      training: { step, seed, data },
    };
  } finally {
    network.dispose();
  }
}

/** A plan in all that it can be computed in. */
function inEachArithmetic(path: string): Computed[] {
  const { arithmetics = ['float'] } = readPlanMetadata(readFileSync(path), path);
  return arithmetics.map((arithmetic) => ({ path, arithmetic }));
}

/** Every file on every set, plans in each arithmetic; the differences are the others' to the float ONNX file, which is the first. */
async function measureAll(
  sets: ReleaseDescription['sets'],
  models: readonly Computed[],
  onStep: (what: string) => void,
): Promise<Pick<ReleaseCard, 'accuracy' | 'differences'>> {
  const accuracy: ReleaseCard['accuracy'] = [];
  const differences: ReleaseCard['differences'] = [];
  for (const set of sets) {
    const measure = (model: Computed): Promise<MeasuredFile> => {
      onStep(`measuring ${nameOfComputed(model)} on ${set.name}`);
      return measureFile(model, set);
    };
    const measured: MeasuredFile[] = [];
    for (const model of models) measured.push(await measure(model));
    const [float, ...others] = measured;
    accuracy.push(...measured.map(({ row }) => row));
    if (float) differences.push(...others.map((other) => differenceOf(float, other)));
  }
  return { accuracy, differences };
}

/** Where the float file errs more than on plain pictures of all people; groups are compared where there is a threshold to compare them at. */
async function hardConditionsAndGroups(
  model: string,
  { conditions, groups }: ReleaseDescription,
  threshold: number | undefined,
  onStep: (what: string) => void,
): Promise<Pick<ReleaseCard, 'conditions' | 'groups'>> {
  const source = await openEmbeddings(model);
  const measured: Pick<ReleaseCard, 'conditions' | 'groups'> = { conditions: null, groups: null };
  try {
    if (conditions) {
      onStep('measuring hard conditions');
      const { pairs, folds } = conditions;
      const rows = await measureConditions(source, pairs, { folds, threshold });
      measured.conditions = { pairs: basename(pairs), rows };
    }
    if (groups && threshold !== undefined) {
      onStep('comparing groups');
      measured.groups = await measureGroups(source, groups, threshold);
    }
    return measured;
  } finally {
    await source.close();
  }
}

async function timed(models: readonly string[]): Promise<ReleaseCard['speed']['rows']> {
  const cases = models.flatMap((model) =>
    (['native', 'wasm'] as const).map((runtime) => ({ model, runtime, threads: 1 })),
  );
  const results = await benchModels(cases);
  return results.map(({ model, runtime, threads, p50, p95 }) => {
    return { file: basename(model), runtime, threads, p50, p95 };
  });
}

/** Writes the card into a model's metadata. */
function addCard(path: string, card: ReleaseCard): void {
  const { graph, metadata, ...header } = decodeModel(readFileSync(path), path);
  writeFileAtomic(path, encodeModel(graph, { ...header, metadata: { ...metadata, card: JSON.stringify(card) } }));
}

/** A file of an older release that this one would not replace would lie beside files of other weights. */
function refuseLeftovers(out: string, nameOf: (kind: keyof Paths) => string, models: readonly (keyof Paths)[]): void {
  const left = kinds.filter((kind) => kind !== 'weights' && !models.includes(kind)).map(nameOf);
  const found = left.find((name) => existsSync(join(out, name)));
  if (found !== undefined)
    throw new Error(`${join(out, found)} is of another release, and this one makes no such file: remove it first.`);
}

/** Writes all files aside, on their own disk, and renames them when the last one is whole: until then the older release stands. */
function publish(out: string, files: readonly { name: string; content: Uint8Array }[]): void {
  writeAtomically(
    files.map(({ name }) => join(out, name)),
    (...opened) => {
      for (const [i, { content }] of files.entries()) opened[i]?.write(content);
    },
  );
}
