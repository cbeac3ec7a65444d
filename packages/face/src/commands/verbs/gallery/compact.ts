import { type GalleryOptions, galleryOptions, withGallery } from '../../gallery-opening.js';
import { printResult } from '../../output.js';
import type { Action } from '../../verb.js';

export const compact: Action = {
  name: 'compact',
  summary: 'leave nothing in its files of what was replaced',
  define: (command) => galleryOptions(command).action(run),
};

async function run(options: GalleryOptions): Promise<void> {
  await withGallery(options, undefined, async (gallery) => {
    await gallery.compact();
    const { people, templates, corrections } = gallery.counts;
    printResult(options, { people, templates, corrections }, () => `Compacted: ${people} people.`);
  });
}
