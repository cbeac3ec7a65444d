import { decodePicture, drawFace, generatedPairs, openSource, type Picture, resizePicture } from '@pocketnet/data';
import { describe, expect, it } from 'vitest';

describe('generated faces', () => {
  it('are the same for the same numbers and differ for any other', () => {
    const reference = drawFace(4, 7, { seed: 1 });
    expect(drawFace(4, 7, { seed: 1 })).toEqual(reference);
    for (const other of [drawFace(5, 7, { seed: 1 }), drawFace(4, 8, { seed: 1 }), drawFace(4, 7, { seed: 2 })]) {
      expect(other.data).not.toEqual(reference.data);
    }
  });

  it('come at the size asked for, and look alike at any', () => {
    for (const size of [32, 56, 224]) {
      const picture = drawFace(2, 0, { size });
      expect([picture.width, picture.height, picture.data.length]).toEqual([size, size, size * size * 3]);
      expect(distance(thumbnail(picture, rgb), thumbnail(drawFace(2, 0), rgb))).toBeLessThan(0.1);
    }
    expect(() => drawFace(0, 0, { size: 3 })).toThrow(/size/);
  });

  it('are nearer to other pictures of the person than to other people, in colour and in shape alone', () => {
    const people = 24;
    const shots = 6;
    for (const kind of [rgb, edges]) {
      const features = Array.from({ length: people }, (_, person) =>
        Array.from({ length: shots }, (_, shot) => thumbnail(drawFace(person, shot), kind)),
      );
      let [within, between, pairsWithin, pairsBetween] = [0, 0, 0, 0];
      features.forEach((mine, person) => {
        mine.forEach((feature, shot) => {
          for (const other of mine.slice(shot + 1)) {
            within += distance(feature, other);
            pairsWithin++;
          }
          for (const others of features.slice(person + 1)) {
            between += distance(feature, others[shot] as Float64Array);
            pairsBetween++;
          }
        });
      });
      expect(within / pairsWithin, kind.name).toBeLessThan(0.97 * (between / pairsBetween));
    }
  });

  it('have their eyes where alignment puts them: darker than the cheeks under them', () => {
    const grey = new Float64Array(112 * 112);
    const count = 60;
    for (let person = 0; person < count; person++) {
      const { data } = drawFace(person, 0, { seed: 6 });
      for (let i = 0; i < grey.length; i++) grey[i] = (grey[i] ?? 0) + (data[3 * i + 1] ?? 0) / count;
    }
    const spot = (x: number, y: number) => {
      let sum = 0;
      for (let dy = -2; dy <= 2; dy++) for (let dx = -3; dx <= 3; dx++) sum += grey[(y + dy) * 112 + x + dx] ?? 0;
      return sum / 35;
    };
    for (const x of [38, 73]) expect(spot(x, 52) + 8).toBeLessThan(spot(x, 68));
    expect(spot(56, 93) + 8).toBeLessThan(spot(56, 66)); // lips and nose
  });
});

describe('the generated source', () => {
  it('labels, draws and encodes the same faces', async () => {
    const source = openSource('generated:identities=3,images=4,seed=9,size=64');
    expect([source.length, source.identities]).toEqual([12, 3]);
    expect(Array.from({ length: 12 }, (_, i) => source.label(i))).toEqual([0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2]);
    const drawn = source.picture?.(6) as Picture;
    expect(drawn).toEqual(drawFace(1, 2, { seed: 9, size: 64 }));
    expect(distance(thumbnail(await decodePicture(source.read(6)), rgb), thumbnail(drawn, rgb))).toBeLessThan(0.02);
    expect(() => source.read(12)).toThrow(/no image 12/);
  });
});

describe('generated pairs', () => {
  it('hold as many same as different ones, and repeat no picture', async () => {
    const { images, same } = generatedPairs({ pairs: 20, identities: 4, seed: 3, size: 48 });
    expect(images.length).toBe(40);
    expect(same.filter(Boolean).length).toBe(10);
    expect(new Set(images.map((bytes) => Buffer.from(bytes).toString('base64'))).size).toBe(40);
    expect((await decodePicture(images[0] as Uint8Array)).width).toBe(48);
    expect(generatedPairs({ pairs: 20, identities: 4, seed: 3, size: 48 }).images).toEqual(images);
  });

  it('need two people', () => {
    expect(() => generatedPairs({ pairs: 4, identities: 1 })).toThrow(/at least 2/);
  });
});

/** Means of the colours on a coarse grid. */
function rgb(picture: Picture): Float64Array {
  return Float64Array.from(resizePicture(picture, 14, 14).data);
}

/** Where the middle of the face changes from left to right and from top to bottom, whatever its colours. */
function edges(picture: Picture): Float64Array {
  const { data } = resizePicture(picture, 28, 28);
  const changes: number[] = [];
  for (let y = 4; y < 26; y++) {
    for (let x = 4; x < 24; x++) {
      const green = (dx: number, dy: number) => data[((y + dy) * 28 + x + dx) * 3 + 1] ?? 0;
      changes.push(green(1, 0) - green(-1, 0), green(0, 1) - green(0, -1));
    }
  }
  return Float64Array.from(changes);
}

/** A feature, centred and of length 1. */
function thumbnail(picture: Picture, kind: (picture: Picture) => Float64Array): Float64Array {
  const values = kind(picture);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const norm = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0)) || 1;
  return values.map((value) => (value - mean) / norm);
}

/** 1 - cosine. */
function distance(a: Float64Array, b: Float64Array): number {
  return 1 - a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
}
