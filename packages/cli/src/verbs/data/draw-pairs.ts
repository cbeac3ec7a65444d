import { fileEnding, wholeNumber } from '../../arguments.js';
import { facts, grouped, printResult } from '../../output.js';
import type { CommonOptions, Verb } from '../../verb.js';

interface Options extends CommonOptions {
  out: string;
  pairs: number;
  folds: number;
  seed: number;
}

export const drawPairs: Verb = {
  name: 'draw-pairs',
  summary: 'draw verification pairs from labelled faces, such as people held out of training',
  define: (command) =>
    command
      .argument('<location>', "labelled faces, such as 'faces/train?heldOut=0.1'")
      .requiredOption('--out <file.bin>', 'the file to write', fileEnding('.bin'))
      .option('--pairs <n>', 'pairs, half of them of one person', wholeNumber(2), 1000)
      .option('--folds <n>', 'contiguous folds that share no person', wholeNumber(1), 10)
      .option('--seed <n>', 'seed of the draw', wholeNumber(0), 0)
      .action(run),
};

async function run(location: string, options: Options): Promise<void> {
  const { drawPairs: draw, writePairs } = await import('@pocketnet/data');
  const { out, pairs, folds, seed } = options;
  const set = draw(location, { pairs, folds, seed });
  writePairs(out, set);
  const images = new Set(set.images.map((image) => Buffer.from(image).toString('latin1'))).size;
  printResult(options, { out, pairs, same: pairs / 2, images, folds, seed }, () =>
    facts([
      ['written', out],
      ['pairs', `${grouped(pairs)}, ${grouped(pairs / 2)} of one person, in ${folds} folds`],
      ['images', `${grouped(images)} distinct`],
    ]),
  );
}
