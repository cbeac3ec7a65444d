import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { openSource } from '@pocketnet/data';
import { benchModels, decodeModel, encodeModel } from '@pocketnet/onnx';
import { writeFileAtomic } from '@pocketnet/torch/io';
import { calibrateSource } from '../calibration/index.js';
import { openEmbeddings } from '../embedders/index.js';
import { exportOnnx, halveOnnx, optimizeOnnx, preprocessing, quantiseOnnx } from '../export/index.js';
import { count, loadNetwork } from '../networks/index.js';
import type { ReleaseCard } from './card.js';
import { cardMarkdown } from './card-markdown.js';
import type { ReleaseDescription } from './description.js';
import { halveWeightsFile } from './half-weights.js';
import { differenceOf, type MeasuredFile, measureFile } from './measure.js';

export interface ReleaseOptions {
  /** Folder that is written to; what it holds of the same names is replaced when all is measured. */
  out: string;
  /** The machine that the card's times are of. */
  machine: string;
  /** What is being done, in a few words. */
  onStep?: (what: string) => void;
}

/**
 * Releases weights: the network as float16 safetensors, as optimised ONNX with float16 weights and as int8 ONNX, all measured, with a model
 * card (Markdown beside them, JSON in the metadata of both ONNX files).
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
  const names = {
    weights: `${network.name}.safetensors`,
    float: `${network.name}.onnx`,
    int8: `${network.name}-int8.onnx`,
  };
  const [half, float, int8] = [names.weights, names.float, names.int8].map((name) => join(scratch, name)) as [
    string,
    string,
    string,
  ];
  try {
    onStep('exporting');
    halveWeightsFile(weights, half, { licence: description.about.licence });
    exportOnnx(half, network.name, float, { licence: description.about.licence });
    onStep('quantising');
    await quantiseOnnx(float, int8, description.int8);
    onStep('optimising');
    await optimizeOnnx(float, float, description.optimize);
    halveOnnx(float, float);
    const { accuracy, differences } = await measureAll(description, [half, float, int8], onStep);
    onStep('calibrating');
    const calibration = await thresholds(float, description.calibration);
    onStep('timing');
    const speed = { machine, rows: await timed([float, int8]) };
    const card: ReleaseCard = {
      format: 'pocketnet-card/1',
      ...{
        about: description.about,
        network,
        training,
        accuracy,
        int8: differences,
        calibration,
        speed,
      },
      files: [
        { name: names.float, what: 'ONNX, float32 arithmetic, weights as float16: what `verify` uses' },
        { name: names.int8, what: 'ONNX in eight bits' },
        { name: names.weights, what: 'weights for libtorch and PyTorch, kernels as float16' },
      ],
      date: new Date().toISOString().slice(0, 10),
    };
    for (const path of [float, int8]) addCard(path, card);
    const sizes = card.files.map(({ name }) => statSync(join(scratch, name)).size);
    mkdirSync(out, { recursive: true });
    for (const { name } of card.files) copyFileSync(join(scratch, name), join(out, name));
    writeFileAtomic(join(out, 'card.md'), cardMarkdown(card, sizes));
    return card;
  } finally {
    rmSync(scratch, { recursive: true });
  }
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

/** Every file on every set; the differences are int8 minus float ONNX. */
async function measureAll(
  { sets }: ReleaseDescription,
  files: readonly [weights: string, float: string, int8: string],
  onStep: (what: string) => void,
): Promise<{ accuracy: ReleaseCard['accuracy']; differences: ReleaseCard['int8'] }> {
  const accuracy: ReleaseCard['accuracy'] = [];
  const differences: ReleaseCard['int8'] = [];
  for (const set of sets) {
    const measured: MeasuredFile[] = [];
    for (const file of files) {
      onStep(`measuring ${basename(file)} on ${set.name}`);
      measured.push(await measureFile(file, set));
    }
    accuracy.push(...measured.map(({ row }) => row));
    const [, float, int8] = measured as [MeasuredFile, MeasuredFile, MeasuredFile];
    differences.push(differenceOf(set.name, float, int8));
  }
  return { accuracy, differences };
}

async function thresholds(model: string, location: string | null): Promise<ReleaseCard['calibration']> {
  if (location === null) return null;
  const faces = openSource(location);
  const source = await openEmbeddings(model);
  try {
    const { calibration } = await calibrateSource(source, faces);
    const { genuinePairs, impostorPairs, people } = calibration;
    return {
      data: faces.name,
      pairs: `${genuinePairs} genuine and ${impostorPairs} impostor pairs of ${people} people`,
      thresholds: calibration.thresholds.flatMap(({ fmrTarget, threshold, fmr, fnmr }) =>
        threshold === null || fmr === null ? [] : [{ fmrTarget, threshold, fmr: bare(fmr), fnmr: fnmr && bare(fnmr) }],
      ),
    };
  } finally {
    await source.close();
    faces.close();
  }
}

const bare = ({ low, estimate, high }: { low: number; estimate: number; high: number }) => ({ low, estimate, high });

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
