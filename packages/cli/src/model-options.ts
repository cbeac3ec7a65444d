import type { Arithmetic } from '@pocketnet/engine';
import type { OpenOptions } from '@pocketnet/lab/embedders';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { wholeNumber } from './arguments.js';

/** How a model is opened: options of every verb that embeds faces. */
export interface ModelOptions {
  network?: string;
  channels: 'rgb' | 'bgr';
  mean?: number[];
  scale?: number;
  threads?: number;
  arithmetic?: Arithmetic;
}

/** Declares {@link ModelOptions}. */
export function modelOptions(command: Command): Command {
  return command
    .option('--network <name>', 'which network the weights belong to; by default read from the file or its shapes')
    .addOption(
      new Option('--channels <order>', 'channel order that the model was trained on')
        .choices(['rgb', 'bgr'])
        .default('rgb'),
    )
    .option(
      '--mean <numbers>',
      'ONNX: subtract this from the pixels (0 to 255): one number, or three separated by commas; by default read from the graph',
      numbers,
    )
    .option('--scale <number>', 'ONNX: then multiply by this, such as 0.00784 or 1', scale)
    .option('--threads <n>', 'threads for the model; by default one per core', wholeNumber(1))
    .addOption(
      new Option(
        '--arithmetic <form>',
        'what a plan with weights of eight bits is computed in; by default what is fastest here',
      ).choices(['float', 'int16', 'int8', 'int7']),
    );
}

/** The options that were given, in the form that openers take. */
export const openingOptions = ({ network, mean, scale: factor, threads, arithmetic }: ModelOptions): OpenOptions => ({
  ...(network !== undefined && { network }),
  ...(mean !== undefined && { mean }),
  ...(factor !== undefined && { scale: factor }),
  ...(threads !== undefined && { threads }),
  ...(arithmetic !== undefined && { arithmetic }),
});

function numbers(text: string): number[] {
  const values = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  if ((values.length === 1 || values.length === 3) && values.every(Number.isFinite)) return values;
  throw new InvalidArgumentError('It must be one number, or three separated by commas.');
}

function scale(text: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (Number.isFinite(value) && value !== 0) return value;
  throw new InvalidArgumentError('It must be a number other than 0.');
}
