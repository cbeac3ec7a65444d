import type { Box } from 'pocketnet';
import { overlap } from '../../network/overlap.js';
import type { FaceKey } from '../../people/statement.js';

/** Boxes of one face by different detectors overlap by more than this share, as in galleries. */
const SAME = 0.4;

/** The key of a face: its photo's fingerprint and its box. */
export const faceKey = (photo: string, { x, y, width, height }: Box): FaceKey =>
  `${photo}@${[x, y, width, height].map(Math.round).join(',')}`;

/** Finds the key by which a face is spoken of: its own, or that of the place in its photo that it overlaps most. */
export class SpokenFaces {
  readonly #boxes = new Map<string, Map<FaceKey, Box>>();

  constructor(spoken: Iterable<FaceKey>) {
    for (const key of spoken) {
      const { photo, box } = partsOf(key);
      const boxes = this.#boxes.get(photo) ?? new Map<FaceKey, Box>();
      this.#boxes.set(photo, boxes.set(key, box));
    }
  }

  find(key: FaceKey): FaceKey {
    const { photo, box } = partsOf(key);
    const boxes = this.#boxes.get(photo);
    if (!boxes || boxes.has(key)) return key;
    let [found, most] = [key, SAME];
    for (const [other, place] of boxes) {
      const share = overlap(box, place);
      if (share >= most) [found, most] = [other, share];
    }
    return found;
  }
}

function partsOf(key: FaceKey): { readonly photo: string; readonly box: Box } {
  const [photo = '', place = ''] = key.split('@');
  const [x = 0, y = 0, width = 0, height = 0] = place.split(',').map(Number);
  return { photo, box: { x, y, width, height } };
}
