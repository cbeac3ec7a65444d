import { Option } from 'commander';
import { wholeNumber } from '../arguments.js';
import { printResult } from '../output.js';
import type { CommonOptions, Verb } from '../verb.js';

interface Options extends CommonOptions {
  checkpoint: string;
  by: 'raw' | 'softmax';
  skips?: number;
  out?: string;
}

export const derive: Verb = {
  name: 'derive',
  summary: "the genotype of a search's architecture parameters",
  define: (command) =>
    command
      .requiredOption('--checkpoint <file>', "a search's folder or checkpoint, or an official state dict")
      .addOption(new Option('--by <rule>', 'what ranks the edges').choices(['raw', 'softmax']).default('raw'))
      .option('--skips <n>', 'most skip-connections of the normal cell', wholeNumber(0))
      .option('--out <file>', 'write it as a genotype file, which train and distill take')
      .action(run),
};

async function run(options: Options): Promise<void> {
  const { deriveGenotype, readAlphas, writeFileAtomic, writeGenotype } = await import('@pocketnet/lab');
  const { checkpoint, by, skips, out } = options;
  const { alphas, about } = readAlphas(checkpoint);
  const genotype = writeGenotype(deriveGenotype(alphas, { by, ...(skips !== undefined && { skips }) }));
  const { data, seed, network, ...search } = about;
  const file = { genotype, network, data, seed, options: { ...search, derive: { by, skips } }, alphas };
  if (out !== undefined) writeFileAtomic(out, `${JSON.stringify(file, null, 1)}\n`);
  printResult(options, { ...file, ...(out !== undefined && { out }) }, () => genotype);
}
