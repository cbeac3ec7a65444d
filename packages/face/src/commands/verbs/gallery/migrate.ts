import { type GalleryOptions, galleryOptions, withGallery } from '../../gallery-opening.js';
import { type ModelOptions, modelOptions, modelsOf } from '../../opening.js';
import { facts, noteSome, printResult } from '../../output.js';
import type { Action } from '../../verb.js';

interface Options extends ModelOptions, GalleryOptions {
  drop?: string;
}

export const migrate: Action = {
  name: 'migrate',
  summary: 'embed the kept crops by another model, beside what there is',
  define: (command) =>
    galleryOptions(modelOptions(command))
      .option('--drop <model>', 'then erase the templates of this model, by its fingerprint')
      .action(run),
};

async function run(options: Options): Promise<void> {
  const { alreadyAligned, openPocketNet, readImage } = await import('../../../node/index.js');
  const { startProgress } = await import('../../../progress.js');
  const { engine, flip: mirror, drop } = options;
  const pocketnet = await openPocketNet({ ...(await modelsOf(options)), engine, mirror });
  try {
    await withGallery(options, pocketnet.rates, async (gallery) => {
      const progress = startProgress({ label: 'migrate', unit: 'crops' });
      const embed = async (crop: Uint8Array) => pocketnet.embed(alreadyAligned(await readImage(crop)));
      const { embedded, enrolAgain } = await gallery
        .migrate(pocketnet.model, embed, { onProgress: (done) => progress.update(done) })
        .finally(() => progress.finish());
      if (drop !== undefined) await gallery.removeModel(drop);
      noteSome(enrolAgain.map(({ name, id }) => `${name} (${id}) must be enrolled again: no crop is kept.`));
      const { templates } = gallery.counts;
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
