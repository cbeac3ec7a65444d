import { choice } from '../../network/network.js';
import { type Group, nameOf, threshold } from './groups.js';
import type { Pile } from './pile.js';

/** Who is in which photo, as a file. */
export function resultOf({ photos, faces, model }: Pile, groups: readonly Group[]): string {
  const result = {
    format: 'pocketnet-sorted/1',
    network: choice.value.name,
    model,
    threshold: threshold.value,
    people: groups.map((group) => ({
      name: nameOf(group) || null,
      faces: group.faces.map((index, place) => {
        const piled = faces[index];
        return { photo: photos[piled?.photo ?? -1]?.name, box: piled?.box, likeness: group.likeness[place] };
      }),
    })),
  };
  return JSON.stringify(result, undefined, 2);
}
