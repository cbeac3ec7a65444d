import { type GalleryOptions, galleryOptions, withGallery } from '../../gallery-opening.js';
import { printResult } from '../../output.js';
import type { Action } from '../../verb.js';

export const merge: Action = {
  name: 'merge',
  summary: 'make one person of two',
  define: (command) =>
    galleryOptions(command)
      .argument('<into>', 'id of the one who stays')
      .argument('<from>', 'id of the one whose templates go over')
      .action(run),
};

async function run(into: string, from: string, options: GalleryOptions): Promise<void> {
  await withGallery(options, undefined, async (gallery) => {
    await gallery.merge(into, from);
    const person = await gallery.person(into);
    printResult(options, { person }, () => `${person?.name} (${into}) has ${person?.templates.length} templates now.`);
  });
}
