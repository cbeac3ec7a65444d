import { type FaceBatch, Lessons, type Targets } from '@pocketnet/lab';
import { describe, expect, it } from 'vitest';

const [count, width, dimension] = [6, 3 * 4 * 4, 2];

function batch(): FaceBatch {
  const images = new Float32Array(new SharedArrayBuffer(4 * count * width));
  for (let i = 0; i < images.length; i++) images[i] = Math.floor(i / width); // image n is all n
  return {
    ...{ images, count, labels: Int32Array.from({ length: count }, (_, i) => i) },
    ...{ indices: Int32Array.from({ length: count }, (_, i) => i), mirrored: new Uint8Array(count) },
    release() {},
  } as unknown as FaceBatch; // of what a lesson looks at
}

/** A teacher that says of an image what its first number is. */
function teacher(live: boolean): Targets {
  const of = async ({ images, indices }: FaceBatch): Promise<Float32Array> =>
    Float32Array.from({ length: count * dimension }, (_, i) => {
      const n = Math.floor(i / dimension);
      return live ? ((images as Float32Array)[n * width] ?? 0) : (indices[n] ?? 0);
    });
  return { dimension, live, of } as Partial<Targets> as Targets; // the rest is not asked for
}

describe('a lesson of mixed images', () => {
  const mixup = { alpha: 0.7, seed: 5, unmixedTargets: false };
  const firsts = (rows: Float32Array | undefined): number[] =>
    Array.from({ length: count }, (_, n) => rows?.[n * dimension] ?? Number.NaN);

  it("mixes each image with its partner's by the shares of the views", async () => {
    const { images, views } = await new Lessons(undefined, mixup).of(batch(), 1);
    const [own, other] = views;
    expect((own?.share ?? 0) + (other?.share ?? 0)).toBeCloseTo(1, 12);
    for (let n = 0; n < count; n++) {
      const mixed = (own?.share ?? 0) * n + (other?.share ?? 0) * (other?.labels[n] ?? 0);
      expect((images as Float32Array)[n * width]).toBeCloseTo(mixed, 5);
    }
  });

  it.each([
    ['a cached teacher', false, false],
    ['a cached teacher, for class centres', false, true],
    ['a teacher that looks, for class centres', true, true],
  ])("has each person's own targets from %s", async (_, live, unmixedTargets) => {
    const { views } = await new Lessons(teacher(live), { ...mixup, unmixedTargets }).of(batch(), 1);
    for (const { labels, targets } of views) expect(firsts(targets)).toEqual(Array.from(labels));
  });

  it('has the targets of the mixed images from a teacher that looks at what the student sees', async () => {
    const { images, views } = await new Lessons(teacher(true), mixup).of(batch(), 1);
    for (const { targets } of views)
      expect(firsts(targets)).toEqual(Array.from({ length: count }, (_, n) => (images as Float32Array)[n * width]));
  });

  it('lies where the one before lay, and is the same for the same step', async () => {
    const lessons = new Lessons(undefined, mixup);
    const first = (await lessons.of(batch(), 1)).images as Float32Array;
    const kept = first.slice();
    const second = (await lessons.of(batch(), 2)).images as Float32Array;
    expect(second.buffer).toBe(first.buffer);
    expect(second).not.toEqual(kept);
    expect((await lessons.of(batch(), 1)).images).toEqual(kept);
  });
});
