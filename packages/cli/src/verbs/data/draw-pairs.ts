import { fileEnding, numberBetween, wholeNumber } from '../../arguments.js';
import { facts, grouped, printResult } from '../../output.js';
import type { Action, CommonOptions } from '../../verb.js';

interface Options extends CommonOptions {
  out: string;
  pairs: number;
  folds: number;
  seed: number;
  turn?: number;
}

export const drawPairs: Action = {
  name: 'draw-pairs',
  summary: 'draw verification pairs from labelled faces, such as people held out of training',
  define: (command) =>
    command
      .argument('<location>', "labelled faces, such as 'faces/train?heldOut=0.1'")
      .requiredOption('--out <file.bin>', 'the file to write', fileEnding('.bin'))
      .option('--pairs <n>', 'number of pairs; half show one person', wholeNumber(2), 1000)
      .option('--folds <n>', 'contiguous folds; no person is in two', wholeNumber(1), 10)
      .option('--seed <n>', 'seed of the draw', wholeNumber(0), 0)
      .option('--turn <degrees>', 'turn the second head of each pair, alternately right and left', numberBetween(0, 85))
      .action(run),
};

async function run(location: string, options: Options): Promise<void> {
  const { drawPairs: draw, turnPairs, writePairs } = await import('@pocketnet/data');
  const { out, pairs, folds, seed, turn } = options;
  const drawn = draw(location, { pairs, folds, seed });
  const by = (yaw: number) => ({ yaw, pitch: 0, border: 0 });
  const set = turn === undefined ? drawn : await turnPairs(drawn, [by(turn), by(-turn)], location);
  writePairs(out, set);
  const images = new Set(set.images.map((image) => Buffer.from(image).toString('latin1'))).size;
  printResult(options, { out, pairs, same: pairs / 2, images, folds, seed, ...(turn !== undefined && { turn }) }, () =>
    facts([
      ['written', out],
      ['pairs', `${grouped(pairs)}, ${grouped(pairs / 2)} of one person, in ${folds} folds`],
      ['images', `${grouped(images)} distinct`],
      ...(turn === undefined
        ? []
        : [['turned', `every second image by ${turn} degrees, alternately right and left`] as const]),
    ]),
  );
}
