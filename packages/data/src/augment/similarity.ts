import { blankPicture, type Picture } from '../picture/picture.js';
import { defineAugmentation } from './augmentation.js';

/** A small rotation, scale and shift: the landmarks of a detector are never quite right. */
export const similarity = defineAugmentation({
  name: 'similarity',
  about: 'rotates, scales and shifts a little',
  parameters: {
    degrees: { default: 8, min: 0, max: 180, about: 'greatest rotation either way in degrees' },
    scale: { default: 0.08, min: 0, max: 0.9, about: 'greatest relative change of size' },
    shift: { default: 0.04, min: 0, max: 1, about: 'greatest shift along each axis, of the side' },
  },
  /** The inverse of the similarity about the centre, and the shift in pixels. */
  draw(random, { degrees, scale, shift }, { width, height }) {
    const angle = (random.between(-degrees, degrees) * Math.PI) / 180;
    const size = random.between(1 - scale, 1 + scale);
    const right = random.between(-shift, shift) * width;
    const down = random.between(-shift, shift) * height;
    return { cos: Math.cos(angle) / size, sin: Math.sin(angle) / size, right, down };
  },
  apply: warped,
});

/** Each target pixel looks back into the source around the centre; bilinear, black outside as aligned crops are. */
function warped(
  { width, height, data }: Picture,
  { cos, sin, right, down }: { cos: number; sin: number; right: number; down: number },
): Picture {
  const result = blankPicture(width, height);
  const [centreX, centreY] = [(width - 1) / 2, (height - 1) / 2];
  for (let y = 0, to = 0; y < height; y++) {
    const dy = y - centreY - down;
    for (let x = 0; x < width; x++, to += 3) {
      const dx = x - centreX - right;
      const sourceX = cos * dx + sin * dy + centreX;
      const sourceY = cos * dy - sin * dx + centreY;
      const left = Math.floor(sourceX);
      const top = Math.floor(sourceY);
      if (left < -1 || top < -1 || left >= width || top >= height) continue;
      const fx = sourceX - left;
      const fy = sourceY - top;
      for (let channel = 0; channel < 3; channel++) {
        const upper = (1 - fx) * at(left, top, channel) + fx * at(left + 1, top, channel);
        const lower = (1 - fx) * at(left, top + 1, channel) + fx * at(left + 1, top + 1, channel);
        result.data[to + channel] = (1 - fy) * upper + fy * lower + 0.5;
      }
    }
  }
  return result;

  function at(x: number, y: number, channel: number): number {
    return x < 0 || y < 0 || x >= width || y >= height ? 0 : (data[(y * width + x) * 3 + channel] as number);
  }
}
