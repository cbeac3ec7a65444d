import { join } from 'node:path';
import type { ReleaseCard } from '@pocketnet/lab';
import { machineLine } from '../machine.js';
import { facts, note, percent, printResult, signed } from '../output.js';
import type { CommonOptions, Verb } from '../verb.js';

interface Options extends CommonOptions {
  description: string;
  out: string;
}

export const release: Verb = {
  name: 'release',
  task: 'ship',
  summary: 'make small, measured files of trained weights, with a model card',
  define: (command) =>
    command
      .argument('<weights>', 'trained weights, such as best.safetensors of a run')
      .requiredOption(
        '--description <file.yaml>',
        'title, licence and training data for the card, and what to measure on',
      )
      .requiredOption('--out <folder>', 'the folder to write, such as models/pocketnet-s-128')
      .action(run),
};

async function run(weights: string, options: Options): Promise<void> {
  const { loadDescription, releaseNetwork } = await import('@pocketnet/lab');
  const { description, out } = options;
  const card = await releaseNetwork(weights, loadDescription(description), {
    out,
    machine: machineLine(),
    onStep: (what) => note(`release: ${what}`),
  });
  printResult(options, { out, card }, () => facts([...lines(card), ['card', join(out, 'card.md')]]));
}

const lines = ({ files, accuracy, differences }: ReleaseCard): [string, string][] => [
  ...files.map(({ name, what }): [string, string] => ['file', `${name}: ${what}`]),
  ...accuracy.map(({ set, file, accuracy: share, std }): [string, string] => [
    set,
    `${file}: ${percent(share)} ± ${percent(std)} %`,
  ]),
  ...differences.map(({ file, set, difference: { estimate, low, high } }): [string, string] => [
    set,
    `${file} minus float: ${signed(estimate)} (95 % interval ${signed(low)} to ${signed(high)})`,
  ]),
];
