import { numberBetween, wholeNumber } from '../../arguments.js';
import { facts, grouped, printResult } from '../../output.js';
import { type Action, type CommonOptions, UsageError } from '../../verb.js';

interface Options extends CommonOptions {
  fraction: number;
  names?: string;
  seed: number;
  out: string;
}

export const setAside: Action = {
  name: 'set-aside',
  summary: 'draw people to hold out of training, as a list for LOCATION?without=LIST',
  define: (command) =>
    command
      .argument('<location>', 'a .rec file or its folder, or a folder of identity/photo.jpg')
      .option('--fraction <share>', 'share of the people, above 0 and below 1', numberBetween(0, 1), 0.1)
      .option('--names <beginning>', 'only images whose name in train.lst begins with this, such as utkface/')
      .option('--seed <n>', 'seed of the draw', wholeNumber(0), 0)
      .requiredOption('--out <file>', 'the list to write: record numbers')
      .addHelpText('after', '\nThe same seed draws the same people. LOCATION?only=LIST reads the people held out.')
      .action(run),
};

async function run(location: string, options: Options): Promise<void> {
  const { fraction, names, seed, out } = options;
  if (fraction <= 0 || fraction >= 1) throw new UsageError('--fraction must be above 0 and below 1.');
  const { setAside: draw, writeImageList } = await import('@pocketnet/data');
  const { numbers, people, of, ofPeople } = draw(location, { fraction, seed, ...(names && { names }) });
  const about = `${fraction} of ${ofPeople} people${names ? ` named ${names}…` : ''}, seed ${seed}: pocketnet data set-aside`;
  writeImageList(out, numbers, { of, about });
  printResult(options, { out, images: numbers.length, people, ofPeople, ofImages: of, seed }, () =>
    facts([
      ['written', out],
      ['people', `${grouped(people)} of ${grouped(ofPeople)}`],
      ['images', `${grouped(numbers.length)} of ${grouped(of)}`],
    ]),
  );
}
