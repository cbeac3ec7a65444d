import type { Image } from '../../align/image.js';
import type { PlanOpener } from '../../models/engine.js';
import type { Detection, DetectOptions, Detector } from '../detector.js';
import { facesOf, overlapOf, SAME_FACE } from '../overlap.js';
import { byProminence } from '../prominence.js';
import { lookAgainAt, lookAt } from './look.js';
import { PlansBySize } from './plans.js';
import { LOOK, regionsOf } from './tiles.js';

/** Detections below a face's score that still tell of its points, and the score asked where a face is known to be. */
const FAINT = 0.3;

/** YuNet as a detector of photos. @throws an Error where the plan is no YuNet */
export function yunet(bytes: Uint8Array, open: PlanOpener): Detector {
  const plans = new PlansBySize(bytes, open);
  return {
    name: 'YuNet',
    async detect(photo: Image, { minFace, minScore = 0.6, refine = true }: DetectOptions = {}) {
      if (!(minScore > 0 && minScore <= 1))
        throw new RangeError(`minScore is ${minScore}; give a number above 0, up to 1.`);
      const seen: Detection[] = [];
      for (const region of regionsOf(photo.width, photo.height, minFace)) {
        const scale = Math.min(1, LOOK / Math.max(region.width, region.height));
        seen.push(...(await lookAt(plans, photo, region, scale, FAINT)));
      }
      const first = facesOf(seen, minScore);
      if (!refine) return byProminence(first, photo);
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
 */
async function lookAgain(plans: PlansBySize, photo: Image, face: Detection): Promise<Detection> {
  const { box, score } = face;
  const seen = await lookAgainAt(plans, photo, face, FAINT);
  const [best] = facesOf(seen, FAINT).filter((each) => overlapOf(each.box, box) > SAME_FACE);
  return best ? { ...best, score } : face;
}
