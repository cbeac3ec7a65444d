import type { Inspection } from '@pocketnet/data';
import { facts, grouped, note, printResult } from '../../output.js';
import { showing } from '../../progress.js';
import { type Action, type CommonOptions, UsageError } from '../../verb.js';
import { landmarksOption } from './landmarks.js';

interface Options extends CommonOptions {
  deep?: boolean;
  bad?: string;
  landmarks?: string;
}

export const inspect: Action = {
  name: 'inspect',
  summary: 'summarise a training set or a set of pairs and list its problems',
  define: (command) =>
    command
      .argument(
        '<location>',
        "a .rec file or its folder, a folder of identity/photo.jpg, generated:…, a .bin of pairs, or a benchmark's folder such as cfp_fp:FOLDER",
      )
      .option('--deep', 'decode every image instead of a sample')
      .option('--bad <list>', 'with --deep: list the images that cannot be decoded, for LOCATION?without=LIST')
      .addOption(landmarksOption())
      .action(run),
};

async function run(location: string, options: Options): Promise<void> {
  const { inspect, writeImageList } = await import('@pocketnet/data');
  const { deep = false, bad, landmarks } = options;
  if (bad !== undefined && !deep) throw new UsageError('--bad lists all bad images, so it needs --deep.');
  const inspection = await showing('inspect', 'images', (onProgress) =>
    inspect(location, { deep, onProgress, ...(landmarks && { landmarks }) }),
  );
  if (bad !== undefined) {
    const about = 'images that cannot be decoded: pocketnet data inspect --deep';
    writeImageList(bad, inspection.badImages, { of: inspection.images, about });
    note(`${grouped(inspection.badImages.length)} bad images are listed in ${bad}.`);
  }
  printResult(options, inspection, () => text(inspection));
}

function text(found: Inspection): string {
  const spread = found.imagesPerIdentity;
  const lines: [string, string][] = [
    ['location', found.location],
    ['kind', found.kind],
    ['images', grouped(found.images)],
  ];
  if (found.identities !== undefined)
    lines.push(['identities', found.identities === 0 ? 'none: unlabelled' : grouped(found.identities)]);
  if (spread)
    lines.push([
      'images each',
      `${spread.min} to ${spread.max}, median ${spread.median}, mean ${spread.mean.toFixed(2)}`,
    ]);
  if (found.pairs) {
    const { total, same, distinctImages, folds } = found.pairs;
    lines.push([
      'pairs',
      `${grouped(total)}, ${grouped(same)} of one person; ${grouped(distinctImages)} distinct images`,
    ]);
    if (found.crops) {
      const { aligned, taken, withoutLandmarks } = found.crops;
      const counts = [
        `${grouped(aligned)} to be aligned`,
        `${grouped(taken)} there already`,
        `${grouped(withoutLandmarks)} left out`,
      ];
      lines.push(['crops', counts.join(', ')]);
    }
    lines.push(['folds', folds > 1 ? String(folds) : 'none: no number of contiguous folds is balanced']);
  }
  for (const { format, width, height, images } of found.sizes)
    lines.push(['size', `${width}x${height} ${format}: ${grouped(images)}`]);
  lines.push(['checked', `${grouped(found.checked)} images, ${(found.meanBytes / 1024).toFixed(1)} KiB on average`]);
  for (const problem of found.problems) lines.push(['problem', problem]);
  if (found.problems.length === 0) lines.push(['problems', 'none']);
  return facts(lines);
}
