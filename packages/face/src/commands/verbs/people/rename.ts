import { type GalleryOptions, galleryOptions, withGallery } from '../../gallery-opening.js';
import { printResult } from '../../output.js';
import type { Action } from '../../verb.js';

export const rename: Action = {
  name: 'rename',
  summary: 'give somebody another name',
  define: (command) =>
    galleryOptions(command).argument('<person>', 'their id').argument('<name>', 'the new name').action(run),
};

async function run(person: string, name: string, options: GalleryOptions): Promise<void> {
  await withGallery(options, undefined, async (gallery) => {
    await gallery.rename(person, name);
    printResult(options, { person, name }, () => `${person} is now called ${name}.`);
  });
}
