import type { Random } from '@pocketnet/files';
import { turnPicture } from '../turning/index.js';
import { defineAugmentation } from './augmentation.js';

/**
 * Turns the head of an aligned crop to a side, by a mean head: crops from the side are rare, and a teacher that looks at the unturned crop
 * (`teacher.sees: crop`) knows who it is. After Masi et al., "Do we really need to collect millions of faces for effective face recognition?"
 * (ECCV 2016). The pictures look like photographs up to some 60 degrees; beyond, ear and back of the head are stretched, so that such turns
 * can be made rarer. A head that is turned already is turned further: give such sources apart from it, or a small `p`.
 */
export const turn = defineAugmentation({
  name: 'turn',
  about: 'turns the head to a side and up or down',
  parameters: {
    minYaw: { default: 10, min: 0, max: 85, about: 'smallest turn either way in degrees' },
    yaw: { default: 75, min: 0, max: 85, about: 'largest turn either way in degrees' },
    softFrom: {
      default: 60,
      min: 0,
      max: 85,
      about: 'degrees from which on larger turns are rarer, down to none at yaw',
    },
    pitch: { default: 10, min: 0, max: 30, about: 'largest turn up and down in degrees' },
    border: {
      default: 0,
      min: 0,
      max: 0.5,
      about: 'part of the width at the edge that fills what the head leaves free',
    },
  },
  /** In steps of 5 degrees: a table is kept for each. */
  draw(random, { minYaw, yaw, softFrom, pitch, border }) {
    const size = drawYaw(random, Math.min(minYaw, yaw), yaw, softFrom);
    const side = random.next() < 0.5 ? -1 : 1;
    return { yaw: side * stepped(size), pitch: stepped(random.between(-pitch, pitch)), border };
  },
  apply: turnPicture,
});

const STEP = 5;

const stepped = (degrees: number): number => STEP * Math.round(degrees / STEP);

/** From `least` to `most`, evenly up to `soft`, and from there with a density that falls in a line to 0 at `most`. */
function drawYaw(random: Random, least: number, most: number, soft: number): number {
  const even = Math.max(0, Math.min(soft, most) - least);
  const falling = most - least - even;
  const place = random.next() * (even + falling / 2);
  if (place < even) return least + place;
  // The area under the falling line up to x is place - even: solved for x.
  return most - Math.sqrt(Math.max(0, falling * (falling - 2 * (place - even))));
}
