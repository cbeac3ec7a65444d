import { Random } from '@pocketnet/files';
import type { Picture } from '../picture/picture.js';
import { photograph } from './camera.js';
import { createHead } from './head.js';
import { createIdentity } from './identity.js';
import { backdrop, shoulders } from './parts/backdrop.js';
import { beard } from './parts/beard.js';
import { ears, nearEar } from './parts/ears.js';
import { eyes } from './parts/eyes.js';
import { glasses } from './parts/glasses.js';
import { hairBehind, hairOver } from './parts/hair.js';
import { mouth } from './parts/mouth.js';
import { nose } from './parts/nose.js';
import type { Part } from './parts/part.js';
import { skin } from './parts/skin.js';
import { Canvas } from './raster.js';
import { createSituation } from './situation.js';

/** From back to front. */
const PARTS: readonly Part[] = [
  backdrop,
  hairBehind,
  shoulders,
  ears,
  skin,
  beard,
  mouth,
  nose,
  eyes,
  hairOver,
  nearEar,
  glasses,
];

const WHIM = 13;

/**
 * Draws picture `sample` of the invented person `identity` (both whole, from 0), aligned to ArcFace's template. The same
 * numbers always give the same picture; there is no end of either. Identity shows in the shape of head, eyes, brows,
 * nose, mouth and hair as well as in colours; pose, light, expression, background and camera vary with the sample.
 *
 * @param options `seed` (0) makes other people; `size` (112) is the side in pixels.
 */
export function drawFace(identity: number, sample: number, options: { seed?: number; size?: number } = {}): Picture {
  const { seed = 0, size = 112 } = options;
  if (!(Number.isInteger(size) && size >= 8 && size <= 2048)) {
    throw new RangeError(`A face is drawn at a whole size from 8 to 2048, not ${size}.`);
  }
  const person = createIdentity(identity, seed);
  const situation = createSituation(identity, sample, seed);
  const head = createHead(person, situation, size);
  const canvas = new Canvas(size);
  const whim = new Random(seed, WHIM, identity);
  for (const part of PARTS) part({ canvas, person, situation, head, whim });
  return photograph(canvas, situation);
}
