import { availableParallelism } from 'node:os';
import type { Face } from '../../pipeline/pipeline.js';
import { reasonsAgainst } from '../../quality/index.js';
import { wholeNumber } from '../arguments.js';
import { type DetectorOptions, detectorOptions, detectorPlan } from '../opening.js';
import { printResult } from '../output.js';
import { type Problem, problemOf } from '../problems.js';
import type { AppTask } from '../tasks.js';
import type { Verb } from '../verb.js';

interface Options extends DetectorOptions {
  workers: number;
}

export const detect: Verb<AppTask> = {
  name: 'detect',
  task: 'faces',
  summary: 'find the faces of photos: boxes, points, pose, quality',
  define: (command) =>
    detectorOptions(command)
      .argument('<photos...>', 'photos, or folders of photos')
      .option('--workers <count>', 'how many to look at at a time', wholeNumber(1, 256), availableParallelism())
      .action(run),
};

type Looked = { readonly file: string; readonly faces: readonly Face[] } | Problem;

async function run(paths: readonly string[], options: Options): Promise<void> {
  const { openDetectorPool, photosIn } = await import('../../batch/index.js');
  const { startProgress } = await import('../../progress.js');
  const photos = photosIn(paths);
  const workers = Math.min(options.workers, photos.length);
  const pool = await openDetectorPool(workers, { detector: await detectorPlan(options), engine: options.engine });
  const found: Looked[] = [];
  const progress = startProgress({ label: 'detect', unit: 'photos', total: photos.length });
  try {
    const { minFace } = options;
    await pool.each(
      photos.entries(),
      async (detector, [i, file]): Promise<[number, Looked]> => {
        try {
          return [i, { file, faces: await detector.detect(file, { ...(minFace !== undefined && { minFace }) }) }];
        } catch (error) {
          return [i, problemOf(file, error)];
        }
      },
      ([i, looked]) => {
        found[i] = looked;
        progress.update(found.filter(Boolean).length);
      },
    );
  } finally {
    progress.finish();
    pool.close();
  }
  printResult(options, { photos: found }, () => found.map(linesOf).join('\n'));
  if (found.every((each) => 'problem' in each)) process.exitCode = 1;
}

function linesOf(looked: Looked): string {
  if ('problem' in looked) return `${looked.file}: ${looked.message}`;
  const { file, faces } = looked;
  const title = faces.length === 0 ? 'no face' : faces.length === 1 ? 'one face' : `${faces.length} faces`;
  return [`${file}: ${title}`, ...faces.map(lineOf)].join('\n');
}

function lineOf({ box, score, pose, quality }: Face): string {
  const place = [box.x, box.y, box.width, box.height].map((value) => Math.round(value));
  const reasons = reasonsAgainst(quality, 'good').join(' ') || 'Good.';
  return `  ${place[2]}x${place[3]} at (${place[0]}, ${place[1]}), score ${score.toFixed(2)}, yaw ${Math.round(pose.yaw)}°. ${reasons}`;
}
