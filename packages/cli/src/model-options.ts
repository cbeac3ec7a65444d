import type { OpenOptions } from '@pocketnet/lab/embedders';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { wholeNumber } from './arguments.js';

/** How a model is opened: options of every verb that looks at faces with one. */
export interface ModelOptions {
  network?: string;
  channels: 'rgb' | 'bgr';
  mean?: number[];
  scale?: number;
  threads?: number;
}

/** Declares them. */
export function modelOptions(command: Command): Command {
  return command
    .option('--network <name>', 'which network weights are of; by default what the file or its shapes say')
    .addOption(new Option('--channels <order>', 'what the model was trained on').choices(['rgb', 'bgr']).default('rgb'))
    .option(
      '--mean <numbers>',
      'what an ONNX model wants subtracted from the pixels, 0 to 255: one number, or three with commas; by default told by its graph',
      numbers,
    )
    .option('--scale <number>', 'what it wants the rest multiplied by, such as 0.00784 or 1', scale)
    .option('--threads <n>', 'threads that the model may use; by default one a core', wholeNumber(1));
}

/** Those that are said, as openers take them. */
export const openingOptions = ({ network, mean, scale: factor, threads }: ModelOptions): OpenOptions => ({
  ...(network !== undefined && { network }),
  ...(mean !== undefined && { mean }),
  ...(factor !== undefined && { scale: factor }),
  ...(threads !== undefined && { threads }),
});

function numbers(text: string): number[] {
  const values = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  if ((values.length === 1 || values.length === 3) && values.every(Number.isFinite)) return values;
  throw new InvalidArgumentError('It must be one number, or three with commas between.');
}

function scale(text: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (Number.isFinite(value) && value !== 0) return value;
  throw new InvalidArgumentError('It must be a number other than 0.');
}
