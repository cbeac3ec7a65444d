import type { Region } from '../../images/resample.js';

/** Longer side of a photo as a whole, and side of the parts that a large one is cut into, as the detector sees them. */
export const LOOK = 640;
/** What the smallest faces wanted should measure there: below, YuNet misses many. */
const WANTED = 20;
/** What neighbouring parts share, so that no face lies on a border of all of them: faces of up to this size are whole in one. */
const SHARED = 160;
const MOST_TILES = 200;

/**
 * The regions of a photo to look at, each to become at most 640 pixels: the whole, and, where the smallest faces wanted would be smaller than
 * 20 pixels there, overlapping parts at sizes that halve until they are not.
 *
 * @throws RangeError where that would take more than 200 looks
 */
export function regionsOf(width: number, height: number, minFace?: number): Region[] {
  if (minFace !== undefined && !(minFace > 0)) throw new RangeError(`minFace is ${minFace}; give a side in pixels.`);
  const whole = { x: 0, y: 0, width, height };
  const longest = Math.max(width, height);
  const finest = minFace === undefined ? longest : Math.min(longest, Math.max(LOOK, (LOOK * minFace) / WANTED));
  const regions: Region[] = [whole];
  for (let side = longest / 2; side * 2 > finest * 1.001 && longest > LOOK; side /= 2) {
    const tile = Math.max(side, finest);
    regions.push(...grid(width, height, tile, (tile * SHARED) / LOOK));
    if (regions.length > MOST_TILES)
      throw new RangeError(
        `Faces of ${minFace} pixels in a photo of ${width} x ${height} take more than ${MOST_TILES} looks. Ask for larger ones, or cut the photo.`,
      );
  }
  return regions;
}

function grid(width: number, height: number, tile: number, shared: number): Region[] {
  const across = starts(width, tile, shared);
  return starts(height, tile, shared).flatMap((y) =>
    across.map((x) => ({ x, y, width: Math.min(tile, width), height: Math.min(tile, height) })),
  );
}

/** Where tiles of a length begin, evenly, so that neighbours share at least so much. */
function starts(length: number, tile: number, shared: number): number[] {
  if (length <= tile) return [0];
  const count = Math.ceil((length - shared) / (tile - shared));
  return Array.from({ length: count }, (_, i) => ((length - tile) * i) / (count - 1));
}
