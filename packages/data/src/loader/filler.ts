import { type AugmentSpec, carryOut, createPlanner, isMirrored, type Planner } from '../augment/index.js';
import { decodePicture } from '../picture/decode.js';
import { pictureToFloats, squared } from '../picture/floats.js';
import type { Picture } from '../picture/picture.js';
import type { FaceSource } from '../sources/face-source.js';
import { openSource } from '../sources/registry.js';
import { sampleRandom } from './order.js';
import type { Slot } from './slot.js';
import { type SkippedImage, withStandIn } from './stand-in.js';

/** What every worker must know to make any batch. All of it can be sent to a thread. */
export interface Recipe {
  location: string;
  size: number;
  seed: number;
  augment: readonly AugmentSpec[];
  onBadImage: 'fail' | 'skip';
}

/** Which images go into a slot, in this order. */
export interface Job {
  slot: number;
  epoch: number;
  indices: Int32Array;
}

/** Something that fills slots: threads, or the calling thread itself. */
export interface Crew {
  /**
   * @returns the bad images that were met and skipped
   * @throws DataError when a picture is damaged and none are to be skipped
   */
  fill(job: Job): Promise<readonly SkippedImage[]>;
  close(): Promise<void>;
}

/** Opens the source of `recipe` here, on the calling thread, and fills slots from it. */
export function createFiller(recipe: Recipe, slots: readonly Slot[]): Crew {
  const source = openSource(recipe.location);
  const planner = createPlanner(recipe.augment);
  const perImage = recipe.size * recipe.size * 3;
  return {
    async fill({ slot: number, epoch, indices }) {
      const slot = slots[number];
      if (slot === undefined) throw new RangeError(`There is no slot ${number}.`);
      const skipped: SkippedImage[] = [];
      for (const [position, asked] of indices.entries()) {
        const { index, made } = await withStandIn(
          source,
          asked,
          recipe,
          async (candidate) => squared(await pictureOf(source, candidate), recipe.size),
          (image) => skipped.push(image),
        );
        const { picture, mirrored } = augmented(made, planner, recipe, epoch, asked);
        pictureToFloats(picture, slot.images, position * perImage);
        slot.labels[position] = source.label(index);
        slot.mirrored[position] = mirrored ? 1 : 0;
        slot.indices[position] = index;
      }
      return skipped;
    },
    async close() {
      source.close();
    },
  };
}

/** A picture of the right size as it enters a batch. The chance is that of the place in the epoch, whichever image stands there. */
function augmented(
  crop: Picture,
  planner: Planner,
  { seed }: Recipe,
  epoch: number,
  index: number,
): { picture: Picture; mirrored: boolean } {
  const plan = planner(sampleRandom(seed, epoch, index), crop);
  return { picture: carryOut(plan, crop), mirrored: isMirrored(plan) };
}

/** The decoded image `index` of a source. @throws DataError that names the place of a damaged one. */
export async function pictureOf(source: FaceSource, index: number): Promise<Picture> {
  const drawn = source.picture?.(index);
  if (drawn !== undefined) return drawn;
  return decodePicture(source.read(index), source.place?.(index) ?? { file: source.name, record: `image ${index}` });
}
