import { augmentations, defineAugmentation } from '@pocketnet/data';

/** A darker picture: brightness by a factor. It has no executor on tensors. */
export const dim = defineAugmentation({
  name: 'dim',
  about: 'darkens',
  parameters: { most: { default: 0.5, min: 0, max: 1, about: 'largest share of the light that is lost' } },
  draw: (random, { most }) => ({ kept: 1 - random.between(0, most) }),
  apply: ({ width, height, data }, { kept }) => ({ width, height, data: data.map((level) => level * kept) }),
});

augmentations.add(dim, import.meta.url);
