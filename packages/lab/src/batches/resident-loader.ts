import { totalmem } from 'node:os';
import {
  createLoader,
  isMirrored,
  type Loader,
  type LoaderOptions,
  type PlannedBatch,
  planBatches,
  type SkippedImage,
} from '@pocketnet/data';
import { fromArray, indexTensor, ops, scope, type Tensor } from '@pocketnet/torch';
import { startProgress } from 'pocketnet/progress';
import { carryOutTogether } from '../augment/index.js';
import type { FaceBatch, FaceLoader } from './face-batch.js';

export interface ResidentOptions extends LoaderOptions {
  /** Where the images are kept and augmented: `cpu`, `cuda`, `cuda:1`. */
  device: string;
  /** Silences the progress line. */
  quiet: boolean;
}

/**
 * Decodes all images once and keeps them as bytes on the device, where each batch is picked, augmented and normalised: a step then sends
 * a few numbers an image, not the image. Batch k of epoch e has the images, labels and chances that `createLoader` gives it; its pixels are
 * within 2 grey levels (`packages/lab/src/augment`). Of several processes each keeps all images.
 *
 * @throws what `createLoader` throws; an Error where the device's memory is too small, with what would be needed
 */
export async function createResidentLoader(location: string, options: ResidentOptions): Promise<FaceLoader> {
  const { size = 112, workers, device, quiet, ...chances } = options;
  const { seed = 0, onBadImage = 'fail' } = chances;
  // Not augmented, and not in the order of an epoch: this one is read once.
  const reader = createLoader(location, {
    batch: 256,
    size,
    seed, // which draws what stands in for a bad image
    onBadImage,
    shuffle: false,
    dropLast: false,
    ...(workers !== undefined && { workers }),
  });
  try {
    const { source } = reader;
    const { batchesPerEpoch, epoch } = planBatches(source, { ...chances, size });
    const faces = roomFor(source, size, device);
    const read = await readAll(reader, faces, quiet).catch((error: unknown) => {
      faces.dispose(); // a damaged picture must not leave gigabytes behind
      throw error;
    });
    return {
      source,
      batchesPerEpoch,
      async *epoch(number, startBatch) {
        for (const planned of epoch(number, startBatch)) {
          yield makeBatch(planned, faces, read);
          read.skipped = []; // told once
        }
      },
      async close() {
        faces.dispose();
      },
    };
  } finally {
    await reader.close();
  }
}

/** [images, size, size, 3] bytes. */
function roomFor({ name, length }: Loader['source'], size: number, device: string): Tensor {
  const bytes = length * size * size * 3;
  try {
    if (device === 'cpu' && bytes > 0.8 * totalmem()) throw new Error(`the machine has ${gib(totalmem())}`);
    return ops.empty([length, size, size, 3], 'uint8', null, device);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(
      `${name}: its ${length} images take ${gib(bytes)} in the memory of ${device}, which does not have that (${reason}). ` +
        'data.resident: false has them decoded as they are needed.',
    );
  }
}

const gib = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`;

/** What is in memory. */
interface Resident {
  labels: Int32Array;
  /** Which image is in each place: itself, or what stands in for a bad one. */
  indices: Int32Array;
  /** Bad images that were met. */
  skipped: readonly SkippedImage[];
}

/** Fills `faces`. */
async function readAll(reader: Loader, faces: Tensor, quiet: boolean): Promise<Resident> {
  const { length } = reader.source;
  const [, size = 0] = faces.shape;
  const labels = new Int32Array(length);
  const indices = new Int32Array(length);
  const skipped: SkippedImage[] = [];
  const progress = quiet ? undefined : startProgress({ label: 'decoding into memory', total: length, unit: 'images' });
  let done = 0;
  for await (const { images, labels: some, indices: places, count, skipped: bad, release } of reader.epoch(0)) {
    scope(() => {
      const floats = ops.toDevice(fromArray(images, [count, size, size, 3]), faces.device, 'float32');
      const bytes = ops.addScalar(ops.mulScalar(floats, 127.5), 128); // 127.5, and a half that rounds when the fraction is cut off
      ops.copy_(ops.slice(faces, 0, done, done + count), ops.toDtype(bytes, 'uint8'));
    });
    labels.set(some, done);
    indices.set(places, done);
    for (const image of bad) skipped.push(image);
    done += count;
    release();
    progress?.update(done, {});
  }
  progress?.finish();
  return { labels, indices, skipped };
}

function makeBatch({ indices, plans }: PlannedBatch, faces: Tensor, read: Resident): FaceBatch {
  const images = scope(() => {
    const chosen = ops.indexSelect(faces, 0, indexTensor(indices, faces.device));
    const crops = ops.toDtype(ops.permute(chosen, [0, 3, 1, 2]), 'float32');
    const varied = carryOutTogether(plans, crops);
    return ops.contiguous(ops.divScalar(ops.addScalar(varied, -127.5), 127.5), 'channels_last');
  });
  return {
    images,
    labels: indices.map((index) => read.labels[index] ?? -1),
    mirrored: Uint8Array.from(plans, (plan) => (isMirrored(plan) ? 1 : 0)),
    indices: indices.map((index) => read.indices[index] ?? index),
    count: indices.length,
    skipped: read.skipped,
    release: () => images.dispose(),
  };
}
