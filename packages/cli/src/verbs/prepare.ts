import { availableParallelism } from 'node:os';
import type { PrepareOptions } from '@pocketnet/lab/prepare';
import { Option } from 'commander';
import { interruptible, type ModelOptions, modelOptions, modelsOf } from 'pocketnet/commands';
import { fileEnding, numberBetween, wholeNumber } from '../arguments.js';
import { facts, grouped, printResult } from '../output.js';
import type { Verb } from '../verb.js';

interface Options extends Omit<ModelOptions, 'flip'> {
  out: string;
  unlabelled?: boolean;
  quality: 'good' | 'poor';
  samePicture: number;
  minImages: number;
  workers: number;
}

export const prepare: Verb = {
  name: 'prepare',
  task: 'data',
  summary: 'make a training set of a folder of photos: find, align, judge, clean and pack faces',
  define: (command) =>
    modelOptions(command, { flip: false })
      .argument('<folder>', 'photos; in folders by person, or all in one without labels')
      .requiredOption(
        '--out <file.rec>',
        'the set to write; a report with sheets of faces and a list beside it',
        fileEnding('.rec'),
      )
      .option('--unlabelled', 'the folders are no people: pack every face without labels')
      .addOption(qualityOption())
      .option(
        '--same-picture <cosine>',
        'two crops are of one picture from this cosine on; the usual value is measured with PocketNetS-128',
        numberBetween(0, 1),
        0.92,
      )
      .option('--min-images <count>', 'leave out people with fewer faces', wholeNumber(1), 1)
      .option('--workers <count>', 'how many photos to look at at a time', wholeNumber(1, 256), availableParallelism())
      .addHelpText('after', '\nA run that was killed goes on where it was: call it again with the same options.')
      .action(run),
};

const qualityOption = () =>
  new Option('--quality <least>', 'faces that are worth trying, or good ones only')
    .choices(['poor', 'good'])
    .default('poor');

async function run(folder: string, options: Options): Promise<void> {
  const { prepare: prepareFolder } = await import('@pocketnet/lab/prepare');
  const { startProgress } = await import('@pocketnet/lab/runs');
  const { out, unlabelled, quality, samePicture, minImages, workers, engine, minFace } = options;
  let progress: ReturnType<typeof startProgress> | undefined;
  const kept = `Stopped. What was found out is kept in ${out}.journal: the same command goes on from there.`;
  const how: PrepareOptions = {
    ...{ ...(await modelsOf(options)), engine, workers, quality, samePicture, minImages },
    ...(minFace !== undefined && { minFace }),
    ...(unlabelled && { labelled: false }),
    onProgress(done, total, start) {
      progress ??= startProgress({ label: 'prepare', unit: 'photos', total, start });
      progress.update(done);
    },
  };
  const result = await interruptible(kept, () => prepareFolder(folder, out, how)).finally(() => progress?.finish());
  printResult(options, result, () =>
    facts([
      [
        'written',
        `${result.out}: ${grouped(result.images)} faces${result.identities > 0 ? ` of ${grouped(result.identities)} people` : ', unlabelled'}`,
      ],
      ...Object.entries(result.fates)
        .filter(([, count]) => count > 0)
        .map(([fate, count]): [string, string] => [fate === 'kept' ? fate : `left out: ${fate}`, grouped(count)]),
      ['report', result.report],
      ['every face', result.list],
      ['next', `look at the report; then train with data.train: ${result.out}`],
    ]),
  );
}
