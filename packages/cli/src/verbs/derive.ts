import { Option } from 'commander';
import { wholeNumber } from '../arguments.js';
import { printResult } from '../output.js';
import { type CommonOptions, UsageError, type Verb } from '../verb.js';

interface Options extends CommonOptions {
  checkpoint?: string;
  random?: number;
  within?: string;
  by: 'raw' | 'softmax';
  skips?: number;
  out?: string;
}

export const derive: Verb = {
  name: 'derive',
  task: 'search',
  summary: "derive a genotype from a search's checkpoint, or draw a random one",
  define: (command) =>
    command
      .option('--checkpoint <file>', "a search's folder or checkpoint, or a state dict of the official code")
      .option('--random <seed>', 'draw random cells instead, the baseline for a search', wholeNumber(0))
      .option(
        '--within <search.yaml>',
        'with --random: the first from that seed on that is within the limits of this search',
      )
      .addOption(new Option('--by <rule>', 'how edges are ranked').choices(['raw', 'softmax']).default('raw'))
      .option('--skips <n>', 'at most this many skip-connections in the normal cell', wholeNumber(0))
      .option('--out <file>', 'write a genotype file for train --genotype and distill --genotype')
      .action(run),
};

async function run(options: Options): Promise<void> {
  const { writeFileAtomic } = await import('@pocketnet/files/node');
  const { checkpoint, random, out } = options;
  if ((checkpoint === undefined) === (random === undefined))
    throw new UsageError('Say where the cells come from: --checkpoint FILE or --random SEED.');
  const file = random === undefined ? await derived(checkpoint ?? '', options) : await drawn(random, options.within);
  if (out !== undefined) writeFileAtomic(out, `${JSON.stringify(file, null, 1)}\n`);
  printResult(options, { ...file, ...(out !== undefined && { out }) }, () =>
    out === undefined ? file.genotype : `${file.genotype}\nwritten: ${out}`,
  );
}

async function derived(checkpoint: string, { by, skips }: Options) {
  const { deriveGenotype, readAlphas, writeGenotype } = await import('@pocketnet/lab');
  const { alphas, about } = readAlphas(checkpoint);
  const genotype = writeGenotype(deriveGenotype(alphas, { by, ...(skips !== undefined && { skips }) }));
  const { data, seed, network, ...search } = about;
  return { genotype, network, data, seed, options: { ...search, derive: { by, skips } }, alphas };
}

async function drawn(seed: number, within: string | undefined) {
  const { costOfCells, loadSearch, randomGenotype, randomWithin, writeGenotype } = await import('@pocketnet/lab');
  if (within !== undefined) {
    const { config } = loadSearch(within);
    const found = randomWithin(seed, config);
    const options = { strategy: 'random', limits: config.limits };
    return {
      genotype: writeGenotype(found.genotype),
      seed: found.seed,
      options,
      scores: costOfCells(found.genotype, config),
    };
  }
  return { genotype: writeGenotype(randomGenotype(seed)), seed, options: { strategy: 'random' } };
}
