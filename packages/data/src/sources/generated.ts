import { DataError } from '../data-error.js';
import { drawFace } from '../faces/draw-face.js';
import { FIRST_STRANGER, GENERATED_QUALITY } from '../faces/pairs.js';
import { encodeJpegSync } from '../picture/formats/jpeg.js';
import type { Picture } from '../picture/picture.js';
import type { FaceSource, SourceKind } from './face-source.js';
import { outside } from './subset.js';

const PREFIX = 'generated:';

export const generated: SourceKind = {
  name: 'generated',
  locations: 'generated:identities=200,images=20,seed=1,size=112',
  matches: (location) => location.startsWith(PREFIX),
  open: openGenerated,
};

/**
 * Generated faces (`drawFace`) as a source, drawn when asked for: `generated:` and any of identities (200), images of
 * each (20), seed (0), size (112). Image i is sample i % images of person i / images. `read` encodes the drawing as JPEG;
 * `picture` gives it as it is.
 *
 * @throws DataError that names the part of the location that is wrong.
 */
export function openGenerated(location: string): FaceSource {
  const { identities, images, seed, size } = parseGenerated(location);
  const length = identities * images;
  const draw = (index: number): Picture => drawFace(Math.floor(inside(index) / images), index % images, { seed, size });
  return {
    name: location,
    length,
    identities,
    label: (index) => Math.floor(inside(index) / images),
    picture: draw,
    read: (index) => encodeJpegSync(draw(index), GENERATED_QUALITY),
    close: () => {},
  };

  function inside(index: number): number {
    return Number.isInteger(index) && index >= 0 && index < length ? index : outside({ name: location }, index, length);
  }
}

const LIMITS = {
  identities: { min: 1, max: FIRST_STRANGER },
  images: { min: 1, max: FIRST_STRANGER },
  seed: { min: 0, max: Number.MAX_SAFE_INTEGER },
  size: { min: 8, max: 2048 },
};
type Key = keyof typeof LIMITS;

function parseGenerated(location: string): Record<Key, number> {
  const settings: Record<Key, number> = { identities: 200, images: 20, seed: 0, size: 112 };
  const text = location.slice(PREFIX.length).trim();
  for (const part of text === '' ? [] : text.split(',')) {
    const [key = '', value = ''] = part.split('=').map((piece) => piece.trim());
    if (!isKey(key)) {
      const remedy = `It takes ${Object.keys(LIMITS).join(', ')}, as in ${generated.locations}`;
      throw new DataError({ file: location, reason: `has an unknown setting, "${key}"`, remedy });
    }
    const { min, max } = LIMITS[key];
    const number = Number(value);
    if (value === '' || !Number.isInteger(number) || number < min || number > max) {
      throw new DataError({ file: location, reason: `${key} is "${value}", not a whole number from ${min} to ${max}` });
    }
    settings[key] = number;
  }
  if (settings.identities * settings.images > 2 ** 31 - 1) {
    throw new DataError({ file: location, reason: 'has more images than can be counted', remedy: 'Ask for fewer' });
  }
  return settings;
}

function isKey(key: string): key is Key {
  return Object.hasOwn(LIMITS, key);
}
