import type { FaceInPhoto, Identification } from '../../gallery/index.js';
import { numberBetween, wholeNumber } from '../arguments.js';
import { placeOf } from '../faces-in-photo.js';
import { type GalleryOptions, galleryOptions, withGallery } from '../gallery-opening.js';
import { type ModelOptions, modelOptions, modelsOf } from '../opening.js';
import { grouped, note, printResult } from '../output.js';
import { type Problem, problemOf } from '../problems.js';
import type { AppTask } from '../tasks.js';
import type { Verb } from '../verb.js';

interface Options extends ModelOptions, GalleryOptions {
  fpir?: number;
  top: number;
}

export const identify: Verb<AppTask> = {
  name: 'identify',
  task: 'faces',
  summary: 'say whom of a gallery photos show',
  define: (command) =>
    galleryOptions(modelOptions(command))
      .argument('<photos...>', 'photos, or folders')
      .option(
        '--fpir <share>',
        "share of strangers' searches that may end in a match (default: 0.01, in galleries of less than ten templates 0.001 for each)",
        numberBetween(1e-6, 0.5),
      )
      .option('--top <count>', 'candidates that are named', wholeNumber(1, 100), 5)
      .action(run),
};

type Seen =
  | { readonly file: string; readonly faces: readonly (Identification & { readonly box: readonly number[] })[] }
  | Problem;

async function run(paths: readonly string[], options: Options): Promise<void> {
  const { openPocketNet, readImage } = await import('../../node/index.js');
  const { photosIn } = await import('../../batch/index.js');
  const { startProgress } = await import('../../progress.js');
  const photos = photosIn(paths);
  const { engine, flip: mirror, minFace, fpir, top: topK } = options;
  const pocketnet = await openPocketNet({ ...(await modelsOf(options)), engine, mirror });
  try {
    await withGallery(options, pocketnet.rates, async (gallery) => {
      const seen: Seen[] = [];
      const progress = startProgress({ label: 'identify', unit: 'photos', total: photos.length });
      for (const file of photos) {
        progress.update(seen.length);
        try {
          const photo = await readImage(file);
          const found = await pocketnet.detect(photo, { ...(minFace !== undefined && { minFace }) });
          const faces: FaceInPhoto[] = [];
          for (const face of found)
            faces.push({
              template: await pocketnet.embed(pocketnet.align(photo, face)),
              face: placeOf(file, face, photo),
            });
          const people = await gallery.identifyPhoto(faces, { topK, ...(fpir !== undefined && { fpir }) });
          seen.push({ file, faces: people.map((each, i) => ({ box: faces[i]?.face.box ?? [], ...each })) });
        } catch (error) {
          seen.push(problemOf(file, error));
        }
      }
      progress.update(seen.length);
      progress.finish();
      const without = Math.max(
        0,
        ...seen.flatMap((each) => ('faces' in each ? each.faces.map((face) => face.without) : [])),
      );
      if (without > 0)
        note(
          `${grouped(without)} people cannot be found: they have no template of this model. "pocketnet gallery migrate" embeds their crops by it.`,
        );
      printResult(options, { gallery: options.gallery, photos: seen }, () => seen.map(linesOf).join('\n'));
      if (seen.every((each) => 'problem' in each)) process.exitCode = 1;
    });
  } finally {
    pocketnet.close();
  }
}

function linesOf(seen: Seen): string {
  if ('problem' in seen) return `${seen.file}: ${seen.message}`;
  const { file, faces } = seen;
  if (faces.length === 0) return `${file}: no face`;
  return [`${file}:`, ...faces.map(lineOf)].join('\n');
}

function lineOf({ decision, because, candidates: [best] }: Identification): string {
  const who = decision === 'unknown' || !best ? 'unknown' : decision === 'unsure' ? `perhaps ${best.name}` : best.name;
  return `  ${who}${best ? `, cosine ${best.cosine.toFixed(2)}` : ''}. ${because}`;
}
