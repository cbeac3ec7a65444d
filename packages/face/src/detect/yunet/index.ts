import type { Image } from '../../align/image.js';
import type { PlanOpener } from '../../models/engine.js';
import { type Detection, type DetectOptions, type Detector, sideOf } from '../detector.js';
import { facesOf, overlapOf, SAME_FACE } from '../overlap.js';
import { byProminence } from '../prominence.js';
import { lookAt } from './look.js';
import { PlansBySize } from './plans.js';
import { LOOK, regionsOf } from './tiles.js';

export interface YunetOptions {
  /** Score from which on something is a face; 0.6 unless said. */
  readonly least?: number;
  /** Whether each face is looked at once more, for better points; true unless said. */
  readonly again?: boolean;
}

/** Detections below a face's score that still tell of its points, and the score asked where a face is known to be. */
const FAINT = 0.3;

/** YuNet as a detector of photos. @throws an Error where the plan is no YuNet */
export function yunet(bytes: Uint8Array, open: PlanOpener, { least = 0.6, again = true }: YunetOptions = {}): Detector {
  const plans = new PlansBySize(bytes, open);
  return {
    name: 'YuNet',
    async detect(photo: Image, { minFace }: DetectOptions = {}) {
      const seen: Detection[] = [];
      for (const region of regionsOf(photo.width, photo.height, minFace)) {
        const scale = Math.min(1, LOOK / Math.max(region.width, region.height));
        seen.push(...(await lookAt(plans, photo, region, scale, FAINT)));
      }
      const first = facesOf(seen, least);
      if (!again) return byProminence(first, photo);
      const second: Detection[] = [];
      for (const face of first) second.push(await lookAgain(plans, photo, face));
      return byProminence(second, photo);
    },
    close: () => plans.close(),
  };
}

/** The side of a face, in pixels that the detector sees, at which its points are best, and the side of the picture for that. */
const BEST = 110;
const AROUND = 192;

/**
 * A face with the points of a second look, from its middle and at the size where they are best: of larger faces they scatter by a tenth of the
 * distance of the eyes, since the network learned from small ones. Where that look does not find it again, it keeps those of the first.
 */
async function lookAgain(plans: PlansBySize, photo: Image, face: Detection): Promise<Detection> {
  const scale = BEST / sideOf(face);
  const { box, score } = face;
  const side = AROUND / scale;
  const region = { x: box.x + (box.width - side) / 2, y: box.y + (box.height - side) / 2, width: side, height: side };
  const seen = await lookAt(plans, photo, region, scale, FAINT);
  const [best] = facesOf(seen, FAINT).filter((each) => overlapOf(each.box, box) > SAME_FACE);
  return best ? { ...best, score } : face;
}
