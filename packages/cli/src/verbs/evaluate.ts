import { Option } from 'commander';
import { wholeNumber } from '../arguments.js';
import { evaluatePairs, type PairsOptions } from '../evaluate/pairs.js';
import { evaluateSuite } from '../evaluate/suite.js';
import { type ModelOptions, modelOptions } from '../model-options.js';
import { checkNetwork } from '../networks.js';
import { note } from '../output.js';
import { type CommonOptions, UsageError, type Verb } from '../verb.js';
import { landmarksOption } from './data/landmarks.js';

interface Options extends CommonOptions, ModelOptions, Pick<PairsOptions, 'folds' | 'mirrored' | 'landmarks'> {
  model?: string;
  pairs?: string;
  suite?: 'quick' | 'full';
  data?: string;
  out?: string;
  pictures: boolean;
}

export const evaluate: Verb = {
  name: 'evaluate',
  summary: 'measure a model on the benchmarks in a folder, or on one set of face pairs',
  define: (command) =>
    modelOptions(command)
      .argument(
        '[model]',
        'an ONNX file or a plan, weights (safetensors, or of torch.save), or embeddings as .npy or .safetensors; with --pairs, a folder of models too',
      )
      .addOption(new Option('--model <file>', 'the model, as it was named before it became the argument').hideHelp())
      .addOption(
        new Option('--suite <name>', 'quick: pair sets; full: IJB and MegaFace too').choices(['quick', 'full']),
      )
      .option(
        '--data <folder>',
        'with --suite: where the benchmarks lie (lfw.bin, a folder of CALFW, IJBC, megaface …), or one of them, such as cfp_fp:FOLDER',
      )
      .option('--out <folder>', 'with --suite: where report.json and report.html go')
      .option('--no-pictures', 'with --suite: leave the faces of the hardest pairs out of the report')
      .option(
        '--pairs <location>',
        "one set of pairs: a .bin in InsightFace's format, or the folder of a benchmark such as cfp_fp:FOLDER",
      )
      .addOption(landmarksOption())
      .option(
        '--folds <n>',
        'with --pairs: contiguous folds, as many as the list was made with; unless said those of a benchmark, of a .bin 10',
        wholeNumber(2),
      )
      .option('--mirrored <file>', 'with embeddings: those of the mirror images')
      .action(run),
};

async function run(argument: string | undefined, options: Options): Promise<void> {
  const { suite, pairs, data, out } = options;
  if (options.model !== undefined)
    note('evaluate takes the model as its argument: pocketnet evaluate MODEL. --model will go.');
  const model = argument ?? options.model;
  if (model === undefined) throw new UsageError('Name the model: pocketnet evaluate MODEL …');
  if (argument !== undefined && options.model !== undefined && argument !== options.model)
    throw new UsageError(`Two models are named, ${argument} and --model ${options.model}: give one.`);
  await checkNetwork(options.network);
  if (pairs !== undefined && suite === undefined) {
    if (data !== undefined || out !== undefined)
      throw new UsageError('--data and --out belong to --suite; --pairs prints its result.');
    return evaluatePairs({ ...options, model, pairs });
  }
  if (pairs !== undefined)
    throw new UsageError('--pairs measures one set, --suite all that --data holds: give one of them.');
  if (suite === undefined)
    throw new UsageError(
      "Say what to measure on: --pairs FILE.bin or a benchmark's folder, or --suite quick --data FOLDER --out FOLDER.",
    );
  if (data === undefined || out === undefined)
    throw new UsageError('--suite needs --data FOLDER (the benchmarks) and --out FOLDER (the report).');
  return evaluateSuite({ ...options, model, suite, data, out });
}
