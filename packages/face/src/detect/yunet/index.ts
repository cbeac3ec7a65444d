import type { Image } from '../../align/image.js';
import type { PlanOpener } from '../../models/engine.js';
import type { Detection, DetectOptions, Detector } from '../detector.js';
import { facesOf, overlapOf, SAME_FACE } from '../overlap.js';
import { byProminence } from '../prominence.js';
import { lookAgainAt, lookAt, type Quarters } from './look.js';
import { PlansBySize } from './plans.js';
import { LOOK, regionsOf } from './tiles.js';

/** Detections below a face's score that still tell of its points, and the score asked where a face is known to be. */
const FAINT = 0.3;

/**
 * From here on a second look is believed. It was so of 124 of 140 upright faces and of 5 of 291 that stood on their heads or lay; of those, the
 * look from their own side scored highest of 282.
 */
const DOUBTFUL = 0.9;

/** YuNet as a detector of photos. @throws an Error where the plan is no YuNet */
export function yunet(bytes: Uint8Array, open: PlanOpener): Detector {
  const plans = new PlansBySize(bytes, open);
  return {
    name: 'YuNet',
    async detect(photo: Image, { minFace, minScore = 0.6, refine = true }: DetectOptions = {}) {
      if (!(minScore > 0 && minScore <= 1))
        throw new RangeError(`minScore is ${minScore}; give a number above 0, up to 1.`);
      const lookOver = async (lies: boolean): Promise<Detection[]> => {
        const seen: Detection[] = [];
        for (const region of regionsOf(photo.width, photo.height, minFace)) {
          const scale = Math.min(1, LOOK / Math.max(region.width, region.height));
          seen.push(...(await lookAt(plans, photo, region, scale, FAINT, lies)));
        }
        return facesOf(seen, minScore);
      };
      const first = await lookOver(false);
      if (!refine) return byProminence(first, photo);
      // A photo on its side, which says nothing of it: of faces that lie the network finds half.
      if (first.length === 0) first.push(...(await lookOver(true)));
      const second: Detection[] = [];
      for (const face of first) second.push(await lookAgain(plans, photo, face));
      return byProminence(second, photo);
    },
    close: () => plans.close(),
  };
}

/**
 * A face with the points of a second look: of larger faces they scatter by a tenth of the distance of the eyes, since the network learned from
 * small ones, and of heads that lean, since most it learned from stood upright. Where that look does not find it again, it keeps those of the first.
 *
 * Of a head that stands on its own, or lies, the network takes the chin for a brow: it finds it, less surely, with points where an upright face
 * would have them. So one that is doubtful is looked at from the other sides too.
 */
async function lookAgain(plans: PlansBySize, photo: Image, face: Detection): Promise<Detection> {
  const { box, score } = face;
  const look = async (quarters: Quarters): Promise<Detection | undefined> => {
    const seen = await lookAgainAt(plans, photo, face, FAINT, quarters);
    return facesOf(seen, FAINT).find((each) => overlapOf(each.box, box) > SAME_FACE);
  };
  let best = await look(0);
  if (!best || best.score < DOUBTFUL) {
    const others = [await look(1), await look(2), await look(3)].flatMap((each) => each ?? []);
    for (const each of others) if (each.score > Math.max(DOUBTFUL, best?.score ?? 0)) best = each;
  }
  return best ? { ...best, score } : face;
}
