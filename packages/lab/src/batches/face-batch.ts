import type { Batch, Loader } from '@pocketnet/data';
import { ops, scope, type Tensor } from '@pocketnet/torch';

/** Normalised images: [count, size, size, 3] on the host, or [count, 3, size, size] where the network is. */
export type BatchImages = Float32Array<SharedArrayBuffer> | Tensor;

/** A batch as training sees it. */
export interface FaceBatch extends Pick<Batch, 'indices' | 'count' | 'skipped' | 'release'> {
  /** Valid until `release`. */
  readonly images: BatchImages;
  /** [count]; -1 for an image of an unlabelled part. */
  readonly labels: Int32Array;
  /** [count]: 1 where augmentation has mirrored the image. */
  readonly mirrored: Uint8Array;
}

/** Where training gets its batches from: a loader of @pocketnet/data, or one whose images live on the device. */
export interface FaceLoader extends Omit<Loader, 'epoch'> {
  epoch(epoch: number, startBatch?: number): AsyncIterableIterator<FaceBatch>;
}

/** The images as an embedder takes them, [count, size, size, 3]. */
export function onHost(images: BatchImages): Float32Array {
  return images instanceof Float32Array ? images : scope(() => ops.permute(images, [0, 2, 3, 1]).toFloat32());
}
