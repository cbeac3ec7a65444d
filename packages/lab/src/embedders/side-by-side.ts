import { type InBatches, MANY, type Widths } from './batches.js';
import type { Embedder } from './embedder.js';

type Computer = Pick<Embedder, 'embed' | 'close'>;

/**
 * Shares the images of large calls with helpers on the other cores, which start when the first such call comes.
 *
 * @param start starts a helper that computes in such a batch
 */
export function sideBySide(
  alone: InBatches,
  helpers: number,
  { perImage, dimension }: Widths,
  start: (batch: number) => Computer,
): Computer {
  let started: Computer[] | undefined;
  return {
    async embed(images, count) {
      if (helpers === 0 || count < MANY) return alone.embed(images, count);
      const batch = await alone.batchFor(images);
      started ??= Array.from({ length: helpers }, () => start(batch));
      const share = Math.ceil(count / (helpers + 1));
      const partOf = (place: number): [images: Float32Array, count: number] => {
        const [from, to] = [place * share, (place + 1) * share].map((at) => Math.min(at, count)) as [number, number];
        return [images.slice(from * perImage, to * perImage), to - from];
      };
      // Helpers first: ONNX Runtime holds the thread that it is called from.
      const others = started.map((helper, i) => helper.embed(...partOf(i + 1)));
      const parts = await Promise.all([alone.embed(...partOf(0)), ...others]);
      const out = new Float32Array(count * dimension);
      for (const [place, part] of parts.entries()) out.set(part, Math.min(place * share, count) * dimension);
      return out;
    },
    async close() {
      await Promise.all((started ?? []).map((helper) => helper.close()));
      started = undefined;
    },
  };
}
