import { Option } from 'commander';
import { wholeNumber } from '../arguments.js';
import { printResult } from '../output.js';
import { type CommonOptions, UsageError, type Verb } from '../verb.js';

interface Options extends CommonOptions {
  checkpoint?: string;
  random?: number;
  by: 'raw' | 'softmax';
  skips?: number;
  out?: string;
}

export const derive: Verb = {
  name: 'derive',
  summary: "the genotype of a search's architecture parameters, or a random one",
  define: (command) =>
    command
      .option('--checkpoint <file>', "a search's folder or checkpoint, or an official state dict")
      .option('--random <seed>', 'draw the cells instead: the baseline of searches', wholeNumber(0))
      .addOption(new Option('--by <rule>', 'what ranks the edges').choices(['raw', 'softmax']).default('raw'))
      .option('--skips <n>', 'most skip-connections of the normal cell', wholeNumber(0))
      .option('--out <file>', 'write it as a genotype file, which train and distill take')
      .action(run),
};

async function run(options: Options): Promise<void> {
  const { writeFileAtomic } = await import('@pocketnet/lab');
  const { checkpoint, random, out } = options;
  if ((checkpoint === undefined) === (random === undefined))
    throw new UsageError('Name what the cells come from: --checkpoint FILE, or --random SEED.');
  const file = random === undefined ? await derived(checkpoint ?? '', options) : await drawn(random);
  if (out !== undefined) writeFileAtomic(out, `${JSON.stringify(file, null, 1)}\n`);
  printResult(options, { ...file, ...(out !== undefined && { out }) }, () => file.genotype);
}

async function derived(checkpoint: string, { by, skips }: Options) {
  const { deriveGenotype, readAlphas, writeGenotype } = await import('@pocketnet/lab');
  const { alphas, about } = readAlphas(checkpoint);
  const genotype = writeGenotype(deriveGenotype(alphas, { by, ...(skips !== undefined && { skips }) }));
  const { data, seed, network, ...search } = about;
  return { genotype, network, data, seed, options: { ...search, derive: { by, skips } }, alphas };
}

async function drawn(seed: number) {
  const { randomGenotype, writeGenotype } = await import('@pocketnet/lab');
  return { genotype: writeGenotype(randomGenotype(seed)), seed, options: { strategy: 'random' } };
}
