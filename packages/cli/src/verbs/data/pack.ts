import { facts, grouped, note, printResult } from '../../output.js';
import { showing } from '../../progress.js';
import type { CommonOptions, Verb } from '../../verb.js';

interface Options extends CommonOptions {
  out: string;
}

export const pack: Verb = {
  name: 'pack',
  summary: 'pack a folder of aligned crops into a RecordIO training set',
  define: (command) =>
    command
      .argument('<folder>', 'aligned crops as identity/photo.jpg')
      .requiredOption('--out <file.rec>', 'the file to write, or the folder for train.rec')
      .action(run),
};

async function run(folder: string, options: Options): Promise<void> {
  const { packFolder } = await import('@pocketnet/data');
  const { out } = options;
  const packed = await showing('pack', 'images', (onProgress) => packFolder(folder, out, { onProgress }));
  for (const problem of packed.problems) note(problem);
  printResult(options, { out, ...packed }, () =>
    facts([
      ['written', out],
      ['images', `${grouped(packed.images)} of ${packed.width}x${packed.height}`],
      ['identities', grouped(packed.identities)],
    ]),
  );
}
