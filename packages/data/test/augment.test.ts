import { augmentations, createAugmenter, drawFace, type Picture } from '@pocketnet/data';
import { Random } from '@pocketnet/files';
import { describe, expect, it } from 'vitest';

const face = drawFace(1, 2);
const wide: Picture = {
  width: 23,
  height: 17,
  data: Uint8Array.from({ length: 23 * 17 * 3 }, (_, i) => (i * 97 + (i >> 3) * 31) & 255),
};
const pixel: Picture = { width: 1, height: 1, data: Uint8Array.of(10, 200, 30) };

describe.each(Array.from(augmentations, (each) => [each.name, each] as const))(
  'augmentation %s',
  (name, { parameters }) => {
    const augment = createAugmenter([{ name }]);

    it('keeps the size, and leaves its input as it was', () => {
      for (const picture of [face, wide, pixel]) {
        const before = picture.data.slice();
        for (let i = 0; i < 10; i++) {
          const varied = augment(picture, new Random(1, i));
          expect([varied.width, varied.height, varied.data.length]).toEqual([
            picture.width,
            picture.height,
            before.length,
          ]);
          expect(varied.data).toBeInstanceOf(Uint8Array);
        }
        expect(picture.data).toEqual(before);
      }
    });

    it('is a function of picture and chance', () => {
      expect(augment(face, new Random(4, 4)).data).toEqual(augment(face, new Random(4, 4)).data);
    });

    it('changes a face, recognisably', () => {
      const distances = Array.from({ length: 10 }, (_, i) => difference(augment(face, new Random(2, i)), face));
      expect(Math.max(...distances)).toBeGreaterThan(0.1);
      expect(Math.max(...distances)).toBeLessThan(90);
    });

    it('holds at the borders of its parameters, in every combination of lowest and highest', () => {
      const keys = Object.keys(parameters);
      for (let choice = 0; choice < 2 ** keys.length; choice++) {
        const settings = keys.map((key, bit) => [
          key,
          choice & (1 << bit) ? parameters[key]?.max : parameters[key]?.min,
        ]);
        const varied = createAugmenter([{ name, ...Object.fromEntries(settings) }])(wide, new Random(choice));
        expect(varied.data.length).toBe(wide.data.length);
      }
    });

    it('refuses numbers outside of its parameters by name', () => {
      for (const [key, { max }] of Object.entries(parameters)) {
        for (const value of [max + 1, Number.NaN, -1]) {
          expect(() => createAugmenter([{ name, [key]: value }])).toThrow(new RegExp(`${name}: ${key}`));
        }
      }
      expect(() => createAugmenter([{ name, colour_of_the_moon: 1 }])).toThrow(/no parameter "colour_of_the_moon"/);
      expect(() => createAugmenter([{ name, p: 1.5 }])).toThrow(/p is a chance/);
    });
  },
);

describe('augmentations', () => {
  it('flip twice is nothing, and flip exchanges left and right', () => {
    const flip = createAugmenter([{ name: 'flip' }]);
    for (const picture of [face, wide, pixel]) {
      const flipped = flip(picture, new Random(0));
      expect(flip(flipped, new Random(0)).data).toEqual(picture.data);
      expect(at(flipped, 0, 0)).toEqual(at(picture, picture.width - 1, 0));
    }
  });

  it('p is the share of pictures that change', () => {
    const flip = createAugmenter([{ name: 'flip', p: 0.3 }]);
    let changed = 0;
    for (let i = 0; i < 2000; i++) if (flip(wide, new Random(8, i)) !== wide) changed++;
    expect(changed / 2000).toBeCloseTo(0.3, 1);
  });

  it('a flat picture stays flat under blur, downscale, crop and grayscale', () => {
    const flat: Picture = { width: 40, height: 30, data: new Uint8Array(40 * 30 * 3).fill(93) };
    for (const name of ['blur', 'downscale', 'crop', 'grayscale']) {
      expect(createAugmenter([{ name }])(flat, new Random(1)).data, name).toEqual(flat.data);
    }
  });

  it('a similarity of nothing is nothing', () => {
    const still = createAugmenter([{ name: 'similarity', degrees: 0, scale: 0, shift: 0 }]);
    expect(still(face, new Random(1)).data).toEqual(face.data);
  });

  it('an unknown name is refused with the known ones', () => {
    expect(() => createAugmenter([{ name: 'sparkle' }])).toThrow(/"sparkle".*flip, crop/);
  });
});

function at({ width, data }: Picture, x: number, y: number): number[] {
  return [...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)];
}

function difference(a: Picture, b: Picture): number {
  return a.data.reduce((sum, value, i) => sum + Math.abs(value - (b.data[i] ?? 0)), 0) / a.data.length;
}
