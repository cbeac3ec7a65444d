import type { Image } from '../../align/image.js';
import type { FiveLandmarks, Point } from '../../align/point.js';
import { type Region, resample } from '../../images/resample.js';
import type { Detection } from '../detector.js';
import { decodeYunet } from './decode.js';
import type { PlansBySize } from './plans.js';

/** YuNet's grids want sides that 32 divides. */
const UNIT = 32;
const padded = (side: number): number => UNIT * Math.ceil(side / UNIT);

/**
 * What the detector finds in a region of a photo that it sees at `scale` times its size, in pixels of the photo. Right and lower borders are
 * filled up to multiples of 32 with what the photo has there, or black.
 *
 * @param least score of what is returned
 */
export async function lookAt(
  plans: PlansBySize,
  photo: Image,
  region: Region,
  scale: number,
  least: number,
): Promise<Detection[]> {
  const width = padded(Math.max(1, Math.round(region.width * scale)));
  const height = padded(Math.max(1, Math.round(region.height * scale)));
  const seen = resample(photo, { ...region, width: width / scale, height: height / scale }, width, height);
  const plan = await plans.at(width, height);
  const toPhoto = (at: number, start: number): number => start + (at + 0.5) / scale - 0.5; // both count from pixels' centres
  return decodeYunet(plan.run(seen.data), width, least).map(({ score, box, points }) => {
    const moved = points.map(([x, y]): Point => [toPhoto(x, region.x), toPhoto(y, region.y)]);
    return {
      score,
      box: {
        ...{ x: toPhoto(box.x, region.x), y: toPhoto(box.y, region.y) },
        ...{ width: box.width / scale, height: box.height / scale },
      },
      points: moved as unknown as FiveLandmarks, // as many
    };
  });
}
