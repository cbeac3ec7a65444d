import { fileEnding, wholeNumber } from '../../arguments.js';
import { facts, grouped, noteSome, printResult } from '../../output.js';
import { showing } from '../../progress.js';
import { type Action, type CommonOptions, UsageError } from '../../verb.js';
import { landmarksOption } from './landmarks.js';

interface Options extends CommonOptions {
  out: string;
  landmarks?: string;
  size?: number;
}

export const pairs: Action = {
  name: 'pairs',
  summary: "pack pairs of crops, or a benchmark's original folder, into a .bin",
  define: (command) =>
    command
      .argument('<folder>', "the folder of the list's crops, or a benchmark's original folder")
      .argument(
        '[list]',
        "a list as LFW's or CALFW's, or lines of `pathA pathB 0|1` (tabs, commas or blanks); a benchmark has its own list",
      )
      .requiredOption('--out <file.bin>', 'the file to write', fileEnding('.bin'))
      .addOption(landmarksOption())
      .option('--size <pixels>', "side of a benchmark's crops (112)", wholeNumber(8, 2048))
      .addHelpText(
        'after',
        '\nBenchmarks: lfw, cfp_fp, cfp_ff, agedb_30, calfw, cplfw. They are recognised by their lists; cfp_fp:FOLDER names one.',
      )
      .action(run),
};

async function run(folder: string, list: string | undefined, options: Options): Promise<void> {
  if (list === undefined) return packBenchmark(folder, options);
  if (options.landmarks !== undefined || options.size !== undefined) {
    throw new UsageError('--landmarks and --size are for a benchmark. The crops of a list are packed unchanged.');
  }
  const { packPairs } = await import('@pocketnet/data');
  const { out } = options;
  const packed = await showing('pairs', 'pairs', (onProgress) => packPairs(folder, list, out, { onProgress }));
  printResult(options, { out, ...packed }, () =>
    facts([
      ['written', out],
      ...counts(packed),
      ...(packed.folds === undefined ? [] : [['folds', String(packed.folds)] as const]),
    ]),
  );
}

async function packBenchmark(location: string, options: Options): Promise<void> {
  const { duplicatePairs, pictureKeys, writePairs } = await import('@pocketnet/data');
  const { openBenchmarkPairs } = await import('@pocketnet/lab/alignment');
  const { out, landmarks, size } = options;
  const set = await showing('pairs', 'photos', (onProgress) =>
    openBenchmarkPairs(location, { ...(landmarks && { landmarks }), ...(size && { size }), onProgress }),
  );
  const findings = [...set.findings, ...duplicatePairs(pictureKeys(set.images), set.same)];
  noteSome(findings);
  writePairs(out, set);
  const { name, title, folds, aligned, taken, leftOut, same } = set;
  const packed = { pairs: same.length, same: same.filter(Boolean).length, images: aligned + taken };
  printResult(options, { out, benchmark: name, folds, ...packed, aligned, leftOut, findings }, () =>
    facts([
      ['written', out],
      ['benchmark', `${title}, ${folds} folds`],
      ...counts(packed),
      ['aligned', `${grouped(aligned)}; ${grouped(taken)} were already crops`],
      ...(leftOut.photos > 0
        ? [['left out', `${grouped(leftOut.photos)} photos, ${grouped(leftOut.pairs)} pairs`] as const]
        : []),
      ['findings', findings.length === 0 ? 'none' : grouped(findings.length)],
    ]),
  );
}

const counts = (packed: { pairs: number; same: number; images: number }): [string, string][] => [
  ['pairs', `${grouped(packed.pairs)}, ${grouped(packed.same)} of one person`],
  ['images', `${grouped(packed.images)} distinct`],
];
