import { Option } from 'commander';
import { wholeNumber } from '../../arguments.js';
import { facts, grouped, note, printResult } from '../../output.js';
import { showing } from '../../progress.js';
import type { Action, CommonOptions } from '../../verb.js';

interface Options extends CommonOptions {
  landmarks: string;
  out: string;
  size: number;
  format: 'jpg' | 'png';
}

export const align: Action = {
  name: 'align',
  summary: 'cut the faces out of photos, aligned by five points each',
  define: (command) =>
    command
      .argument('<folder>', 'photos, in folders of any depth')
      .requiredOption(
        '--landmarks <file.json>',
        '{"person/photo.jpg": {"landmarks": [[x, y], …]}, …}: eyes, nose, mouth corners; left in the image first',
      )
      .requiredOption('--out <folder>', 'folder for the crops; they keep the names of the photos')
      .option('--size <pixels>', 'side of the square crops', wholeNumber(8, 2048), 112)
      .addOption(
        new Option('--format <format>', 'jpg (quality 95) or png (lossless)').choices(['jpg', 'png']).default('jpg'),
      )
      .action(run),
};

async function run(folder: string, options: Options): Promise<void> {
  const { alignPhotos } = await import('@pocketnet/lab/alignment');
  const { landmarks, out, size, format } = options;
  const done = await showing('align', 'photos', (onProgress) =>
    alignPhotos(folder, landmarks, out, { size, format, onProgress }),
  );
  for (const failure of done.failures) note(failure);
  noteList(done.withoutLandmarks, `photos have no landmarks in ${landmarks} and were skipped`);
  noteList(done.missing, `photos of ${landmarks} are not in ${folder}`);
  printResult(options, { out, ...done }, () =>
    facts([
      ['written', out],
      ['aligned', `${grouped(done.aligned)} of ${size}x${size}`],
      ['failed', grouped(done.failures.length)],
      ['no landmarks', grouped(done.withoutLandmarks.length)],
      ['no photo', grouped(done.missing.length)],
    ]),
  );
}

/** How many names are printed; `--json` holds them all. */
const MOST_NAMED = 5;

function noteList(photos: readonly string[], problem: string): void {
  if (photos.length === 0) return;
  const more = photos.length > MOST_NAMED ? ', …' : '';
  note(`${grouped(photos.length)} ${problem}: ${photos.slice(0, MOST_NAMED).join(', ')}${more}`);
}
