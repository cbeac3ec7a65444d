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
  task: 'measure',
  summary: 'measure a model on benchmarks or on one set of face pairs',
  define: (command) =>
    modelOptions(command)
      .argument(
        '[model]',
        'an ONNX file, a plan, weights (safetensors or torch.save), embeddings (.npy or .safetensors), or with --pairs a folder of models',
      )
      .addOption(new Option('--model <file>', 'older form of the argument').hideHelp())
      .addOption(
        new Option('--suite <name>', 'quick: pair sets; full: IJB and MegaFace too').choices(['quick', 'full']),
      )
      .option(
        '--data <folder>',
        'with --suite: the folder of the benchmarks (lfw.bin, a CALFW folder, IJBC, megaface …), or one benchmark, such as cfp_fp:FOLDER',
      )
      .option('--out <folder>', 'with --suite: the folder for report.json and report.html')
      .option('--no-pictures', 'with --suite: show no faces in the report')
      .option(
        '--pairs <location>',
        "one set of pairs: an InsightFace .bin, or a benchmark's folder, such as cfp_fp:FOLDER",
      )
      .addOption(landmarksOption())
      .option(
        '--folds <n>',
        'with --pairs: number of contiguous folds; by default that of the benchmark, or 10 for a .bin',
        wholeNumber(2),
      )
      .option('--mirrored <file>', 'with embeddings: the embeddings of the mirror images')
      .action(run),
};

async function run(argument: string | undefined, options: Options): Promise<void> {
  const { suite, pairs, data, out } = options;
  if (options.model !== undefined)
    note('--model of evaluate is deprecated. Give the model as the argument: pocketnet evaluate MODEL.');
  const model = argument ?? options.model;
  if (model === undefined) throw new UsageError('Name the model: pocketnet evaluate MODEL …');
  if (argument !== undefined && options.model !== undefined && argument !== options.model)
    throw new UsageError(`Two models are given, ${argument} and --model ${options.model}. Give one.`);
  await checkNetwork(options.network);
  if (pairs !== undefined && suite === undefined) {
    if (data !== undefined || out !== undefined)
      throw new UsageError('--data and --out are options of --suite; --pairs prints its result.');
    return evaluatePairs({ ...options, model, pairs });
  }
  if (pairs !== undefined)
    throw new UsageError('--pairs measures one set, --suite all sets in --data. Give one of them.');
  if (suite === undefined)
    throw new UsageError(
      "Say what to measure on: --pairs FILE.bin (or a benchmark's folder), or --suite quick --data FOLDER --out FOLDER.",
    );
  if (data === undefined || out === undefined)
    throw new UsageError('--suite needs --data FOLDER (the benchmarks) and --out FOLDER (the report).');
  return evaluateSuite({ ...options, model, suite, data, out });
}
