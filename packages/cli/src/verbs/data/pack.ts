import { facts, grouped, noteSome, printResult } from '../../output.js';
import { showing } from '../../progress.js';
import type { Action, CommonOptions } from '../../verb.js';

interface Options extends CommonOptions {
  out: string;
  skipBad?: boolean;
}

export const pack: Action = {
  name: 'pack',
  summary: 'pack aligned crops into a RecordIO training set',
  define: (command) =>
    command
      .argument(
        '<location>',
        "aligned crops as identity/photo.jpg, or a part of a set such as 'train.rec?without=bad.txt'",
      )
      .requiredOption('--out <file.rec>', 'the file to write, or the folder for train.rec')
      .option('--skip-bad', 'skip pictures that cannot be decoded; by default the first one stops')
      .action(run),
};

async function run(location: string, options: Options): Promise<void> {
  const { packFaces } = await import('@pocketnet/data');
  const { out, skipBad } = options;
  const packed = await showing('pack', 'images', (onProgress) =>
    packFaces(location, out, { onProgress, onBadImage: skipBad ? 'skip' : 'fail' }),
  );
  noteSome(packed.problems);
  printResult(options, { out, ...packed }, () =>
    facts([
      ['written', out],
      ['images', `${grouped(packed.images)} of ${packed.width}x${packed.height}`],
      ['identities', packed.identities === 0 ? 'none: unlabelled' : grouped(packed.identities)],
      ...(packed.skipped > 0
        ? [['skipped', `${grouped(packed.skipped)} pictures that cannot be decoded`] as const]
        : []),
    ]),
  );
}
