import { type GalleryOptions, galleryOptions, withGallery } from '../../gallery-opening.js';
import { printResult } from '../../output.js';
import type { Action } from '../../verb.js';

export const forget: Action = {
  name: 'forget',
  summary: 'erase all that is kept of somebody, for good',
  define: (command) => galleryOptions(command).argument('<person>', 'their id').action(run),
};

async function run(person: string, options: GalleryOptions): Promise<void> {
  await withGallery(options, undefined, async (gallery) => {
    const known = await gallery.person(person);
    await gallery.forget(person);
    printResult(options, { forgotten: person }, () => `${known?.name ?? person} is forgotten.`);
  });
}
