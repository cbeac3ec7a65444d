import { existsSync } from 'node:fs';
import { isPlan, readPlanMetadata } from '@pocketnet/engine';
import { readFileBytes } from '@pocketnet/files/node';
import { type Command, Option } from 'commander';
import { installedModel } from '../models/installed.js';
import { numberBetween } from './arguments.js';
import { note } from './output.js';
import { type CommonOptions, UsageError } from './verb.js';

/** Options of all verbs that look for faces. */
export interface DetectorOptions extends CommonOptions {
  detector?: string;
  engine: 'fastest' | 'strict';
  minFace?: number;
}

/** Options of all verbs that embed faces. */
export interface ModelOptions extends DetectorOptions {
  model?: string;
  flip: boolean;
}

/** Plans, ready to be opened. */
export interface Models {
  readonly detector: Uint8Array;
  readonly embedder: Uint8Array;
}

const engineOption = (): Option =>
  new Option('--engine <which>', 'the fastest that is installed; or the one that gives the same bits everywhere')
    .choices(['fastest', 'strict'])
    .default('fastest');

export const detectorOptions = (command: Command): Command =>
  command
    .option('--detector <file.pnet>', 'a plan of YuNet; by default the installed one')
    .addOption(engineOption())
    .option('--min-face <pixels>', 'look for smaller faces too, in parts of the photo', numberBetween(1, 1e5));

/** @param flip whether the mirror image may be left out */
export const modelOptions = (command: Command, { flip = true } = {}): Command =>
  networkOptions(detectorOptions(command), flip);

/** Of verbs that embed crops: they detect nothing. */
export const embedderOptions = (command: Command): Command => networkOptions(command.addOption(engineOption()), true);

function networkOptions(command: Command, flip: boolean): Command {
  command.option(
    '--model <file.pnet>',
    'a network compiled by pocketnet compile; by default the installed PocketNetS-128',
  );
  return flip
    ? command.option('--no-flip', 'embed the face alone, without its mirror image; models are calibrated with it')
    : command;
}

/**
 * The networks that the options name, or the installed ones; tells their licences and what they are for, once.
 *
 * @param options with `aligned` nothing is detected: the detector's terms are of no matter
 */
export async function modelsOf(
  options: Pick<ModelOptions, 'detector' | 'model'> & { readonly aligned?: boolean },
): Promise<Models> {
  const [detector, embedder] = [await detectorOf(options), await embedderOf(options)];
  return { detector: options.aligned ? detector : told(detector), embedder: told(embedder) };
}

/** The detector that the options name, or the installed one; tells its licence once. */
export const detectorPlan = async (options: Pick<DetectorOptions, 'detector'>): Promise<Uint8Array> =>
  told(await detectorOf(options));

/** The face network that the options name, or the installed one; tells its licence and what it is for once. */
export const embedderPlan = async (options: Pick<ModelOptions, 'model'>): Promise<Uint8Array> =>
  told(await embedderOf(options));

const detectorOf = async ({ detector }: Pick<DetectorOptions, 'detector'>): Promise<Uint8Array> =>
  detector === undefined
    ? installedModel('yunet', 'detector', orName('--detector'))
    : planAt(detector, ' --mean 0 --deviation 1 --channels bgr');

const embedderOf = async ({ model }: Pick<ModelOptions, 'model'>): Promise<Uint8Array> =>
  model === undefined ? installedModel('pocketnet-s-128', 'embedder', orName('--model')) : planAt(model);

const orName = (option: string): string => `Or name a plan of your own: ${option} FILE.pnet.`;

/** @param how what `compile` is told of YuNet, whose graph does not say it */
function planAt(path: string, how = ''): Uint8Array {
  if (!existsSync(path)) throw new UsageError(`${path}: there is no such file. Check the path.`);
  const bytes = readFileBytes(path);
  if (isPlan(bytes)) return bytes;
  const plan = path.replace(/\.[^./]*$/, '.pnet');
  const compile = (onnx: string): string => `pocketnet compile ${onnx}${how} --out ${plan} (of @pocketnet/cli).`;
  const remedy = path.endsWith('.onnx')
    ? `Compile it: ${compile(path)}`
    : WEIGHTS.test(path)
      ? `Compile it: pocketnet export --weights ${path} --out MODEL.onnx, then ${compile('MODEL.onnx')}`
      : 'Give a plan (.pnet). pocketnet compile (of @pocketnet/cli) makes one of an ONNX model.';
  throw new UsageError(`${path} is not a compiled network. ${remedy}`);
}

const WEIGHTS = /\.(safetensors|pth|pt|ckpt|tar|bin)$/i;

const said = new Set<string>();

/** The plan, whose licence and intended use were told before it is first used. */
function told(plan: Uint8Array): Uint8Array {
  const { network = 'A network', licence, card } = readPlanMetadata(plan, 'the model').model;
  if (licence === undefined) return plan;
  const about = (card === undefined ? undefined : JSON.parse(card).about) as
    | { title: string; use?: string[] }
    | undefined;
  const use = about?.use?.[0];
  const text = `${about?.title ?? network}: ${whereInstalled(licence)}${use === undefined ? '' : ` Meant for: ${use}`}`;
  if (!said.has(text)) note(text);
  said.add(text);
  return plan;
}

/** Plans name texts by their place in this repository; who has the packages alone finds them in this one. */
const whereInstalled = (text: string): string => text.replaceAll(/(?<![\w/])models\//g, '@pocketnet/models/');
