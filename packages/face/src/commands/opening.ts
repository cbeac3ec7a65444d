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

export const detectorOptions = (command: Command): Command =>
  command
    .option('--detector <file.pnet>', 'a plan of YuNet; by default the installed one')
    .addOption(
      new Option('--engine <which>', 'the fastest that is installed; or the one that gives the same bits everywhere')
        .choices(['fastest', 'strict'])
        .default('fastest'),
    )
    .option('--min-face <pixels>', 'look for smaller faces too, in parts of the photo', numberBetween(1, 1e5));

/** @param flip whether the mirror image may be left out */
export const modelOptions = (command: Command, { flip = true } = {}): Command => {
  detectorOptions(command).option(
    '--model <file.pnet>',
    'a network compiled by pocketnet compile; by default the installed PocketNetS-128',
  );
  return flip
    ? command.option('--no-flip', 'embed the face alone, without its mirror image; models are calibrated with it')
    : command;
};

/** The networks that the options name, or the installed ones; tells their licences and what they are for, once. */
export async function modelsOf({ detector, model }: Pick<ModelOptions, 'detector' | 'model'>): Promise<Models> {
  const models = {
    detector: detector === undefined ? await installedModel('yunet', 'detector') : planAt(detector),
    embedder: model === undefined ? await installedModel('pocketnet-s-128', 'embedder') : planAt(model),
  };
  for (const plan of [models.detector, models.embedder]) tellTerms(plan);
  return models;
}

function planAt(path: string): Uint8Array {
  if (!existsSync(path)) throw new UsageError(`${path}: there is no such file.`);
  const bytes = readFileBytes(path);
  if (isPlan(bytes)) return bytes;
  const plan = path.replace(/\.[^./]*$/, '.pnet');
  const first = path.endsWith('.onnx') ? '' : `pocketnet export --weights ${path} --out MODEL.onnx, then `;
  const onnx = path.endsWith('.onnx') ? path : 'MODEL.onnx';
  throw new UsageError(
    `${path} is not a compiled network. Compile it: ${first}pocketnet compile ${onnx} --out ${plan} (of @pocketnet/cli).`,
  );
}

const told = new Set<string>();

/** A network's licence and intended use, before it is first used. */
function tellTerms(plan: Uint8Array): void {
  const { network = 'A network', licence, card } = readPlanMetadata(plan, 'the model').model;
  if (licence === undefined) return;
  const about = (card === undefined ? undefined : JSON.parse(card).about) as
    | { title: string; use?: string[] }
    | undefined;
  const use = about?.use?.[0];
  const text = `${about?.title ?? network}: ${licence}${use === undefined ? '' : ` Meant for: ${use}`}`;
  if (!told.has(text)) note(text);
  told.add(text);
}
