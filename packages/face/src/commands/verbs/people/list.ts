import type { Person } from '../../../gallery/index.js';
import { type GalleryOptions, galleryOptions, withGallery } from '../../gallery-opening.js';
import { printResult, table } from '../../output.js';
import type { Action } from '../../verb.js';

interface Options extends GalleryOptions {
  name?: string;
}

export const list: Action = {
  name: 'list',
  summary: 'list people, with their ids',
  define: (command) =>
    galleryOptions(command).option('--name <name>', 'only those of this name, letter case aside').action(run),
};

async function run(options: Options): Promise<void> {
  await withGallery(options, undefined, async (gallery) => {
    const { name } = options;
    const people: Person[] = [];
    for (let after: string | undefined, more = true; more; more = after !== undefined) {
      const page = await gallery.people({
        ...(name !== undefined && { name }),
        ...(after !== undefined && { after }),
        limit: 1000,
      });
      people.push(...page.people);
      after = page.next;
    }
    printResult(options, { people }, () =>
      people.length === 0
        ? name === undefined
          ? 'Nobody is enrolled.'
          : `Nobody is called ${name}.`
        : table(
            [
              { title: 'id', value: ({ id }) => id },
              { title: 'name', value: (each) => each.name },
              { title: 'templates', value: ({ templates }) => String(templates.length), right: true },
              { title: 'since', value: ({ added }) => new Date(added).toISOString().slice(0, 10) },
            ],
            people,
          ),
    );
  });
}
