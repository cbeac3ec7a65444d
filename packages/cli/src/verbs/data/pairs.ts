import { fileEnding, wholeNumber } from '../../arguments.js';
import { facts, grouped, note, printResult } from '../../output.js';
import { showing } from '../../progress.js';
import { type CommonOptions, UsageError, type Verb } from '../../verb.js';

interface Options extends CommonOptions {
  out: string;
  landmarks?: string;
  size?: number;
}

export const pairs: Verb = {
  name: 'pairs',
  summary: "pack pairs of crops, or a benchmark's original folder, into a .bin",
  define: (command) =>
    command
      .argument('<folder>', 'the folder that the list names crops of; or the original folder of a benchmark')
      .argument('[list]', "LFW's pairs.txt, or lines of `pathA pathB 0|1`; not for a benchmark, which has its own")
      .requiredOption('--out <file.bin>', 'the file to write', fileEnding('.bin'))
      .option('--landmarks <file.json>', "five points of a benchmark's photos, where it ships none: they are aligned")
      .option('--size <pixels>', "side of a benchmark's crops (112)", wholeNumber(8, 2048))
      .addHelpText(
        'after',
        '\nBenchmarks: lfw, cfp_fp, cfp_ff, agedb_30, calfw, cplfw, known by their lists; cfp_fp:FOLDER says which one is meant.',
      )
      .action(run),
};

async function run(folder: string, list: string | undefined, options: Options): Promise<void> {
  if (list === undefined) return packBenchmark(folder, options);
  if (options.landmarks !== undefined || options.size !== undefined) {
    throw new UsageError('--landmarks and --size are for a benchmark; the crops of a list go in as they are.');
  }
  const { packPairs } = await import('@pocketnet/data');
  const { out } = options;
  const packed = await showing('pairs', 'pairs', (onProgress) => packPairs(folder, list, out, { onProgress }));
  printResult(options, { out, ...packed }, () => facts([['written', out], ...counts(packed)]));
}

async function packBenchmark(location: string, options: Options): Promise<void> {
  const { writePairs } = await import('@pocketnet/data');
  const { openBenchmarkPairs } = await import('@pocketnet/lab/alignment');
  const { out, landmarks, size } = options;
  const set = await showing('pairs', 'photos', (onProgress) =>
    openBenchmarkPairs(location, { ...(landmarks && { landmarks }), ...(size && { size }), onProgress }),
  );
  for (const finding of set.findings) note(finding);
  writePairs(out, set);
  const { name, title, folds, findings, aligned, taken, same } = set;
  const packed = { pairs: same.length, same: same.filter(Boolean).length, images: aligned + taken };
  printResult(options, { out, benchmark: name, folds, ...packed, aligned, findings }, () =>
    facts([
      ['written', out],
      ['benchmark', `${title}, ${folds} folds`],
      ...counts(packed),
      ['aligned', `${grouped(aligned)}; ${grouped(taken)} were crops already`],
      ['findings', findings.length === 0 ? 'none' : grouped(findings.length)],
    ]),
  );
}

const counts = (packed: { pairs: number; same: number; images: number }): [string, string][] => [
  ['pairs', `${grouped(packed.pairs)}, ${grouped(packed.same)} of one person`],
  ['images', `${grouped(packed.images)} distinct`],
];
