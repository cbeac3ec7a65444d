import { type GalleryOptions, galleryOptions, withGallery } from '../../gallery-opening.js';
import { printResult } from '../../output.js';
import type { Action } from '../../verb.js';

export const exportPerson: Action = {
  name: 'export',
  summary: 'print all that is kept of somebody, as JSON',
  define: (command) => galleryOptions(command).argument('<person>', 'their id').action(run),
};

async function run(person: string, options: GalleryOptions): Promise<void> {
  await withGallery(options, undefined, async (gallery) => {
    const kept = await gallery.export(person);
    printResult(options, kept, () => JSON.stringify(kept, undefined, 2));
  });
}
