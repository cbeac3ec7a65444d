import { Random } from '@pocketnet/files';
import { indexTensor, ops, scope, type Tensor } from '@pocketnet/torch';
import type { BatchImages, FaceBatch } from '../batches/index.js';
import type { Targets } from '../distill/index.js';

/** What the images of a batch are said to be: their own classes and targets, or those of what was mixed into them. */
export interface View {
  /** Its part in the loss; those of a lesson sum to 1. */
  share: number;
  /** -1 for images without a label. */
  labels: Int32Array;
  /** [count, d'], of unit length, where there is a teacher. */
  targets?: Float32Array;
}

/** What one step learns from. */
export interface Lesson {
  images: BatchImages;
  count: number;
  views: readonly View[];
}

/** Mixup (Zhang et al. 2018): the share of an image's own is drawn from Beta(alpha, alpha), once a step; 0 mixes nothing. */
export interface Mixup {
  alpha: number;
  seed: number;
  /** Whether teachers look at the images before they are mixed, since a head makes class centres of what they say. */
  unmixedTargets: boolean;
}

/** Stream of the seed. */
const MIXUP = 3;

/**
 * Makes batches into lessons: asks the teachers, and mixes. The loss of a mixed image is the mix of the losses, which for unit targets and cosines
 * is that to the mixed target. A teacher that looks at the student's own images sees the mixed ones, and both views have its targets, unless
 * `unmixedTargets` asks for those of each image itself.
 *
 * The images of a lesson are good until the next one is made: mixed ones lie in the same memory.
 */
export class Lessons {
  #room: Float32Array<SharedArrayBuffer> | undefined;

  constructor(
    readonly targets: Targets | undefined,
    readonly mixup: Mixup,
  ) {}

  async of(batch: FaceBatch, step: number): Promise<Lesson> {
    const { targets } = this;
    const { alpha, seed, unmixedTargets } = this.mixup;
    const { images, labels, count } = batch;
    if (alpha === 0) return { images, count, views: [{ share: 1, labels, ...(await targetsOf(targets, batch)) }] };
    const random = new Random(seed, MIXUP, step);
    const share = betaShare(alpha, random);
    const partners = random.shuffle(Int32Array.from({ length: count }, (_, i) => i));
    const ofMixed = targets?.live === true && !unmixedTargets;
    // Before the mixing, which is in place where the images are a tensor.
    const before = ofMixed ? {} : await targetsOf(targets, batch);
    const mixed =
      images instanceof Float32Array
        ? mixRows(images, partners, share, this.#roomFor(images))
        : mixTensor_(images, partners, share);
    const own = ofMixed ? await targetsOf(targets, { ...batch, images: mixed }) : before;
    const other = own.targets && !ofMixed ? { targets: permuteRows(own.targets, partners) } : own;
    return {
      images: mixed,
      count,
      views: [
        { share, labels, ...own },
        { share: 1 - share, labels: permuteRows(labels, partners), ...other },
      ],
    };
  }

  /** As large as the largest batch so far. */
  #roomFor({ length, byteLength }: Float32Array): Float32Array<SharedArrayBuffer> {
    if (this.#room === undefined || this.#room.length < length)
      this.#room = new Float32Array(new SharedArrayBuffer(byteLength));
    return this.#room.subarray(0, length);
  }
}

async function targetsOf(targets: Targets | undefined, batch: FaceBatch): Promise<{ targets?: Float32Array }> {
  return targets ? { targets: await targets.of(batch) } : {};
}

/** Beta(a, a) for 0 < a ≤ 1, by Jöhnk's method. */
function betaShare(alpha: number, random: Random): number {
  for (;;) {
    const x = random.next() ** (1 / alpha);
    const y = random.next() ** (1 / alpha);
    if (x + y > 0 && x + y <= 1) return x / (x + y);
  }
}

function mixRows(
  rows: Float32Array<SharedArrayBuffer>,
  partners: Int32Array,
  share: number,
  mixed: Float32Array<SharedArrayBuffer>,
): Float32Array<SharedArrayBuffer> {
  const width = rows.length / partners.length;
  for (const [i, partner] of partners.entries()) {
    for (let k = 0; k < width; k++) {
      // inside by the loops' bounds
      mixed[i * width + k] =
        share * (rows[i * width + k] as number) + (1 - share) * (rows[partner * width + k] as number);
    }
  }
  return mixed;
}

/** In place: the tensor is this batch's own. */
function mixTensor_(images: Tensor, partners: Int32Array, share: number): Tensor {
  scope(() => {
    const others = ops.indexSelect(images, 0, indexTensor(partners, images.device));
    ops.add_(ops.mulScalar_(images, share), others, 1 - share);
  });
  return images;
}

/** Row i becomes row `partners[i]`. */
function permuteRows<Rows extends Float32Array | Int32Array>(rows: Rows, partners: Int32Array): Rows {
  const width = rows.length / partners.length;
  const out = rows.slice() as Rows;
  for (const [i, partner] of partners.entries())
    out.set(rows.subarray(partner * width, (partner + 1) * width), i * width);
  return out;
}
