import { createLoader } from '@pocketnet/data';
import type { ExperimentConfig } from '../config/index.js';
import { openTargets } from '../distill/index.js';
import { unitRows } from '../distill/unit-rows.js';
import type { Embedder } from '../embedders/index.js';

/** Faces of people who are not trained on, and what the teachers say of them. */
export interface HeldOut {
  /** Mean of 1 − cos between the student's embeddings and its targets: a finer measure than accuracy. */
  distance(embedder: Embedder): Promise<number>;
  close(): Promise<void>;
}

/** @param options how the training's own targets were opened: the same projection is read from `out` */
export async function openHeldOut(
  { data, teacher, device }: ExperimentConfig,
  options: { dimension: number; epochs: number; out: string; quiet: boolean; signal?: AbortSignal },
): Promise<HeldOut | undefined> {
  const { heldOut: location, size, workers, onBadImage } = data;
  if (location === undefined || !teacher) return undefined;
  const { dimension, epochs, out, quiet, signal } = options;
  const loader = createLoader(location, { batch: 64, size, workers: 0, onBadImage, shuffle: false, dropLast: false });
  try {
    const targets = await openTargets({
      ...teacher,
      project: teacher.project === 'learned' ? 'none' : teacher.project, // the schema refuses it
      student: { dimension, size },
      ...{ location, images: loader.source.length, augmentations: [], workers, onBadImage, device },
      ...{ epochs, out, quiet, resumed: true },
      ...(signal && { signal }),
    });
    return {
      async distance(embedder) {
        await targets.beginEpoch(epochs - 1);
        let [apart, seen] = [0, 0];
        for await (const batch of loader.epoch(0)) {
          const rows = unitRows(await embedder.embed(batch.images, batch.count), dimension);
          const wanted = await targets.of(batch);
          apart += batch.count - rows.reduce((sum, value, i) => sum + value * (wanted[i] ?? Number.NaN), 0);
          seen += batch.count;
          batch.release();
        }
        return apart / seen;
      },
      async close() {
        await loader.close();
        await targets.close();
      },
    };
  } catch (error) {
    await loader.close();
    throw error;
  }
}
