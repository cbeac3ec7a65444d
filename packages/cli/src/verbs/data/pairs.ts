import { fileEnding } from '../../arguments.js';
import { facts, grouped, printResult } from '../../output.js';
import { showing } from '../../progress.js';
import type { CommonOptions, Verb } from '../../verb.js';

interface Options extends CommonOptions {
  out: string;
}

export const pairs: Verb = {
  name: 'pairs',
  summary: 'pack pairs of aligned crops into a .bin',
  define: (command) =>
    command
      .argument('<folder>', 'the folder that the list names crops of')
      .argument('<list>', "LFW's pairs.txt, or lines of `pathA pathB 0|1`")
      .requiredOption('--out <file.bin>', 'the file to write', fileEnding('.bin'))
      .action(run),
};

async function run(folder: string, list: string, options: Options): Promise<void> {
  const { packPairs } = await import('@pocketnet/data');
  const { out } = options;
  const packed = await showing('pairs', 'pairs', (onProgress) => packPairs(folder, list, out, { onProgress }));
  printResult(options, { out, ...packed }, () =>
    facts([
      ['written', out],
      ['pairs', `${grouped(packed.pairs)}, ${grouped(packed.same)} of one person`],
      ['images', `${grouped(packed.images)} distinct`],
    ]),
  );
}
