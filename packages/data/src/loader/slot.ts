/** Shared memory for one batch: workers write it, the training reads it, nothing is copied between them. */
export interface Slot {
  /** NHWC. */
  readonly images: Float32Array<SharedArrayBuffer>;
  readonly labels: Int32Array<SharedArrayBuffer>;
  /** 1 where augmentation has mirrored the image. */
  readonly mirrored: Uint8Array<SharedArrayBuffer>;
  /** Which images of the source these are: what was asked for, or what stands in for a bad one. */
  readonly indices: Int32Array<SharedArrayBuffer>;
}

export function allocateSlot(batch: number, size: number): Slot {
  return {
    images: new Float32Array(new SharedArrayBuffer(batch * size * size * 3 * 4)),
    labels: new Int32Array(new SharedArrayBuffer(batch * 4)),
    mirrored: new Uint8Array(new SharedArrayBuffer(batch)),
    indices: new Int32Array(new SharedArrayBuffer(batch * 4)),
  };
}
