import { type GalleryOptions, galleryOptions, withGallery } from '../../gallery-opening.js';
import { embedderOptions, embedderPlan, type ModelOptions } from '../../opening.js';
import { facts, note, noteSome, printResult } from '../../output.js';
import { type Action, UsageError } from '../../verb.js';

interface Options extends Pick<ModelOptions, 'engine' | 'model' | 'flip'>, GalleryOptions {
  drop?: string;
}

export const migrate: Action = {
  name: 'migrate',
  summary: 'embed the kept crops by another model, beside what there is',
  define: (command) =>
    galleryOptions(embedderOptions(command))
      .option('--drop <model>', 'then erase the templates of this model, by its fingerprint')
      .action(run),
};

async function run(options: Options): Promise<void> {
  const { alreadyAligned, openPocketNet, readImage } = await import('../../../node/index.js');
  const { startProgress } = await import('../../../progress.js');
  const { engine, flip: mirror, drop } = options;
  const pocketnet = await openPocketNet({ detector: () => [], embedder: await embedderPlan(options), engine, mirror });
  try {
    await withGallery(options, pocketnet.rates, async (gallery) => {
      checkDrop(drop, pocketnet.model, gallery.counts.templates);
      const progress = startProgress({ label: 'migrate', unit: 'crops' });
      const embed = async (crop: Uint8Array) => pocketnet.embed(alreadyAligned(await readImage(crop)));
      const { embedded, enrolAgain } = await gallery
        .migrate(pocketnet.model, embed, { onProgress: (done, total) => progress.advance(done, total) })
        .finally(() => progress.finish());
      noteSome(enrolAgain.map(({ name, id }) => `${name} (${id}) must be enrolled again: no crop is kept.`));
      if (drop !== undefined && enrolAgain.length > 0)
        throw new Error(
          `Nothing was erased: ${enrolAgain.length} would have no template left. Enrol or forget them first.`,
        );
      if (drop !== undefined) await gallery.removeModel(drop);
      const { templates } = gallery.counts;
      note(
        nextStep(embedded, pocketnet.model, drop ?? Object.keys(templates).find((each) => each !== pocketnet.model)),
      );
      printResult(options, { model: pocketnet.model, embedded, enrolAgain, templates }, () =>
        facts([
          ['model', pocketnet.model],
          ['embedded', String(embedded)],
          ['to enrol again', String(enrolAgain.length)],
          ...Object.entries(templates).map(([model, count]): [string, string] => [
            `templates of ${model}`,
            String(count),
          ]),
        ]),
      );
    });
  } finally {
    pocketnet.close();
  }
}

function nextStep(embedded: number, model: string, old: string | undefined): string {
  if (old === undefined) return 'All templates are of this model. Name another one by --model.';
  return embedded === 0
    ? `No crop is left to embed. Give identify the same --model; then erase the old templates: --drop ${old}.`
    : `Now give identify and enrol the same --model: they look at the templates of ${model} alone.`;
}

/** @throws UsageError where what is to be erased is not there, or is what was just embedded */
function checkDrop(drop: string | undefined, model: string, templates: Readonly<Record<string, number>>): void {
  if (drop === undefined) return;
  if (drop === model)
    throw new UsageError(`--drop ${drop} is the model that embeds the crops. Name the new one by --model.`);
  if (templates[drop] === undefined)
    throw new UsageError(`--drop ${drop}: there are templates of ${Object.keys(templates).join(', ') || 'no model'}.`);
}
